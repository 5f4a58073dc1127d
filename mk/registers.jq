# measurements.json as a terminal shows it: the digests and registers, and what is missing.

def shape: "\(.cpus) CPU\(if .cpus == 1 then "" else "s" end), \(.memory / 1048576) MiB, QEMU \(.qemu)";
def computed: .status != "not computed";
def row($name; $value): "  \($name + " " * (14 - ($name | length)))\($value)";

row("image"; "sha256:\(.image.manifest.sha256)"),
(.deployment | if computed then
  row("compose hash"; .compose_hash), row("app-id"; .app_id),
  (if .manifest | computed then row("manifest"; .manifest.sha256), row("app"; .manifest.app_sha256) else empty end)
else row("deployment"; "not computed: \(.reason)") end),
(.tdx | if computed then
  (.os_image | if computed then row("os_image_hash"; .os_image_hash // "not computed: the OS image has no sha256sum.txt")
    else row("OS image"; "not computed: \(.reason)") end),
  (.vms[] | "\(.name): \(.vm | shape)", row("MRTD"; .mrtd), row("RTMR0"; .rtmr0), row("RTMR1"; .rtmr1), row("RTMR2"; .rtmr2)),
  (.rtmr3 | if computed | not then "every shape", row("RTMR3"; "not computed: \(.reason)")
    else "every shape, dstack \(.dstack)\(if any(.events[]; .name == "kettle-app") then "" else ", before kettle measures its app" end)",
      (if .rtmr3 then row("RTMR3"; .rtmr3)
      else row("RTMR3"; "not known: \(.varies | join(", "))"), row("prefix"; "\(.prefix.value) (\(.prefix.events) events)") end) end)
else row("registers"; "not computed: \(.reason)") end)
