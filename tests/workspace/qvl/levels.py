"""levels.py COUNT SEED CASES EXPECTED: cases for `tcb_level judge`, and what must come of them.

Written from the text of quote-spec.md sections 2.11 to 2.14, 7.9 to 7.11: levels are sorted, and gone through from the
top. Made-up platforms have few different SVNs, so that each way through the rules is taken often."""
import json
import random
import sys

STATUSES = ["UpToDate", "SWHardeningNeeded", "ConfigurationNeeded", "ConfigurationAndSWHardeningNeeded", "OutOfDate",
            "OutOfDateConfigurationNeeded", "Revoked"]


def date(number):
    return "20%02d-%02d-01T00:00:00Z" % (number // 12, number % 12 + 1)


def vector(rng, live, top):
    return [rng.randrange(top + 1) if i in live else 0 for i in range(16)]


def isv_levels(rng, base):
    svns = rng.sample(range(6), rng.randrange(1, 4))
    return [{"tcb": {"isvsvn": svn}, "tcbDate": date(base + i), "tcbStatus": rng.choice(["UpToDate", "OutOfDate", "OutOfDate", "Revoked"]
             if rng.random() < .3 else ["UpToDate", "OutOfDate"])} for i, svn in enumerate(svns)]


def module(rng, name, base):
    signer = "00" * 48 if rng.random() < .97 else "00" * 47 + "01"
    it = {"mrsigner": signer, "attributes": "00" * 8, "attributesMask": rng.choice(["FF" * 8, "ff" * 8, "00" * 8])}
    return dict(it, id=name, tcbLevels=isv_levels(rng, base)) if name else it


def tcb_info(rng, tdx):
    levels = []
    for i in range(rng.randrange(1, 7)):
        tcb = {"sgxtcbcomponents": [{"svn": s} for s in vector(rng, (0, 6, 15), 3)], "pcesvn": rng.randrange(3)}
        if tdx:
            tcb["tdxtcbcomponents"] = [{"svn": s} for s in vector(rng, (0, 1, 2, 15) if rng.random() < .5 else (0, 2), 3)]
        levels.append({"tcb": tcb, "tcbDate": date(i), "tcbStatus": rng.choice(STATUSES if rng.random() < .5 else STATUSES[:6:2])})
    info = {"id": "TDX" if tdx else "SGX", "version": 3, "issueDate": date(0), "nextUpdate": date(99), "fmspc": "00" * 6,
            "pceId": "0000", "tcbType": 0, "tcbEvaluationDataNumber": 1, "tcbLevels": levels}
    if tdx and rng.random() < .9:
        info["tdxModule"] = module(rng, None, 0)
    if tdx and rng.random() < .95:
        names = rng.sample(["TDX_01", "tdx_03", "Tdx_0A", "TDX_0b"], rng.randrange(1, 5))
        if rng.random() < .05:
            names.append(names[0].swapcase())
        info["tdxModuleIdentities"] = [module(rng, name, 20 + 4 * i) for i, name in enumerate(names)]
    return info


def case(rng):
    kind = rng.choice(["sgx", "td10", "td15", "td15", "td15"])
    it = {"tcbInfo": tcb_info(rng, kind != "sgx"), "sgx": bytes(vector(rng, (0, 6, 15), 6)).hex(), "pcesvn": rng.randrange(1, 4),
          "qe": rng.choice(["UpToDate", "UpToDate", "UpToDate", "OutOfDate", "Revoked"])}
    for name in {"sgx": [], "td10": ["tdx"], "td15": ["tdx", "tdx2"]}[kind]:
        svn = vector(rng, (0, 2, 15), 6)
        svn[1] = rng.choice([0, 1, 3, 10, 11])
        it[name] = bytes(svn).hex()
    if kind != "sgx" and rng.random() < .03:
        it[rng.choice(["signer", "seam"])] = None
    if "signer" in it:
        it["signer"] = "01" + "00" * 47
    if "seam" in it:
        it["seam"] = rng.choice(["01", "00"]) + "00" * 6 + "80"
    return it


def bad_module(it, info, svn):
    """Step 11: (reason, None), or (None, level); level is None for version 0."""
    identities = info.get("tdxModuleIdentities")
    names = [i["id"].upper() for i in identities or []]
    if svn[1] == 0:
        chosen = info.get("tdxModule")
    else:
        if len(set(names)) != len(names):
            return "malformed", None
        chosen = dict(zip(names, identities or [])).get("TDX_%02X" % svn[1])
    if chosen is None:
        return "module-unknown", None
    if bytes.fromhex(it.get("signer", "00" * 48)) != bytes.fromhex(chosen["mrsigner"]):
        return "mrsigner-mismatch", None
    if any(bytes.fromhex(it.get("seam", "00" * 8))):
        return "attributes-mismatch", None
    if svn[1] == 0:
        return None, None
    reached = [l for l in sorted(chosen["tcbLevels"], key=lambda l: -l["tcb"]["isvsvn"]) if svn[0] >= l["tcb"]["isvsvn"]]
    return (None, reached[0]) if reached else ("no-level", None)


def svns(level, name):
    return [c["svn"] for c in level["tcb"].get(name, [])]


def missing(it, level, first):
    """What a platform lacks for a level."""
    out = []
    pairs = [("sgxtcbcomponents[%d]" % i, h, n) for i, (h, n) in enumerate(zip(bytes.fromhex(it["sgx"]), svns(level, "sgxtcbcomponents")))]
    pairs.append(("pcesvn", it["pcesvn"], level["tcb"]["pcesvn"]))
    if "tdx" in it:
        pairs += [("tdxtcbcomponents[%d]" % i, h, n) for i, (h, n) in
                  enumerate(zip(bytes.fromhex(it["tdx"]), svns(level, "tdxtcbcomponents"))) if i >= first]
    for name, has, needs in pairs:
        if has < needs:
            out.append(" %s:%d<%d" % (name, has, needs))
    return "".join(out)


CONFIGURATION = ("ConfigurationNeeded", "ConfigurationAndSWHardeningNeeded", "OutOfDateConfigurationNeeded")


def merge(platform, part):
    if "Revoked" in (platform, part):
        return "Revoked"
    if part == "UpToDate":
        return platform
    return {"UpToDate": "OutOfDate", "SWHardeningNeeded": "OutOfDate", "ConfigurationNeeded": "OutOfDateConfigurationNeeded",
            "ConfigurationAndSWHardeningNeeded": "OutOfDateConfigurationNeeded"}.get(platform, platform)


def relaunch(it, info, top, sgx, module_level, merged):
    if it["qe"] != "UpToDate" or sgx["tcbStatus"] not in STATUSES[:4] or merged not in STATUSES[4:6]:
        return merged
    if not module_level or module_level["tcbStatus"] != "OutOfDate":
        return merged
    now = bytes.fromhex(it["tdx2"])
    needs = svns(top, "tdxtcbcomponents")
    if now[1] == 0:
        good = now[0] >= needs[0] and now[2] >= needs[2]
    else:
        found = [i for i in info["tdxModuleIdentities"] if i["id"].upper() == "TDX_%02X" % now[1]]
        good = bool(found) and now[0] >= max(l["tcb"]["isvsvn"] for l in found[0]["tcbLevels"]) and now[2] >= needs[2]
    if not good:
        return merged
    return "TDRelaunchAdvised" + ("ConfigurationNeeded" if sgx["tcbStatus"] in CONFIGURATION or merged in CONFIGURATION else "")


def expect(it):
    info = it["tcbInfo"]
    tdx = bytes.fromhex(it["tdx"]) if "tdx" in it else None
    module_level = None
    if tdx:
        reason, module_level = bad_module(it, info, tdx)
        if reason:
            return reason
    first = 2 if tdx and tdx[1] > 0 else 0
    asks = {}
    for level in info["tcbLevels"]:  # of two that ask for the same the first counts
        asks.setdefault(repr(level["tcb"]), level)
    ordered = sorted(asks.values(), reverse=True,
                     key=lambda l: (svns(l, "sgxtcbcomponents"), l["tcb"]["pcesvn"], svns(l, "tdxtcbcomponents")))
    sgx = next((l for l in ordered if not any(x for x in missing(dict(it, tdx="ff" * 16), l, 0))), None)
    found = next((l for l in ordered if not missing(it, l, first)), None)
    above = ordered[:ordered.index(found)] if found else ordered
    missed = "".join(" | " + l["tcbDate"][:10] + missing(it, l, first) for l in above)
    if not found:
        return "no-level" + missed
    status = found["tcbStatus"]
    if module_level:
        status = merge(status, module_level["tcbStatus"])
    if "tdx2" in it:
        status = relaunch(it, info, ordered[0], sgx, module_level, status)
    return "%s %s %s%s" % (merge(status, it["qe"]), sgx["tcbDate"][:10], found["tcbDate"][:10], missed)


def main():
    count, seed, cases, expected = sys.argv[1:]
    rng = random.Random(int(seed))
    with open(cases, "w") as out, open(expected, "w") as answers:
        for _ in range(int(count)):
            it = case(rng)
            print(json.dumps(it), file=out)
            print(expect(it), file=answers)


main()
