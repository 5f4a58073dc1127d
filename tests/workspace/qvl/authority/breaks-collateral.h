/* The same list as breaks.h, from step 8 on. */

/* 8, QE identity */
BREAK(qe_identity_signature, ANY, 8, "signature-invalid", "the QE identity's signature",
      p->qe_identity.has_bad_signature = true)
BREAK(qe_identity_changed, ANY, 8, "signature-invalid", "a value changed after signing",
      (p->qe_identity.after = (struct edit){"\"isvsvn\":2", "\"isvsvn\":1"}))
BREAK(qe_signer_name, ANY, 8, "name-unexpected", "its signer has a PCK certificate's name",
      p->qe_identity.signer.name = PCK_NAME)
BREAK(qe_signer_by_other, ANY, 8, "signature-invalid", "its signer is signed by another key of the root's name",
      p->qe_identity.signer.issuer = KEY_OTHER_ROOT)
BREAK(qe_signer_issuer, ANY, 8, "issuer-mismatch", "its signer names the intermediate as issuer",
      p->qe_identity.signer.issuer_name = PLATFORM_NAME)
BREAK(qe_signer_ca, ANY, 8, "is-a-ca", "its signer is a CA", p->qe_identity.signer.is_ca = true)
BREAK(qe_signer_expired, ANY, 8, "certificate-expired", "its signer ended a second ago",
      p->qe_identity.signer.not_after = p->at - 1)
BREAK(qe_signer_early, ANY, 8, "certificate-not-yet-valid", "its signer begins in a second",
      p->qe_identity.signer.not_before = p->at + 1)
BREAK(qe_signer_revoked, ANY, 8, "revoked", "its signer is in the root CRL",
      p->root_crl.revoked = &p->qe_identity.signer)
BREAK(qe_signer_three, ANY, 8, "malformed", "three certificates in its signer's chain", p->qe_identity.has_third = true)
BREAK(qe_signer_alone, ANY, 8, "malformed", "no root in its signer's chain", p->qe_identity.has_no_root = true)
BREAK(qe_identity_expired, ANY, 8, "document-expired", "it ended a second ago", p->qe_identity.next_update = p->at - 1)
BREAK(qe_identity_early, ANY, 8, "document-not-yet-valid", "it begins in a second", p->qe_identity.issued = p->at + 1)
BREAK(qe_identity_other, SGX, 8, "tee-mismatch", "that of TDX's QE", EDIT(qe_identity, 0, "\"QE\"", "\"TD_QE\""))
BREAK(qe_identity_other_td, TDX, 8, "tee-mismatch", "that of SGX's QE", EDIT(qe_identity, 0, "\"TD_QE\"", "\"QE\""))
BREAK(qe_identity_version, ANY, 8, "malformed", "of version 3", EDIT(qe_identity, 0, "\"version\":2", "\"version\":3"))
BREAK(qe_identity_twice, ANY, 8, "malformed", "a member twice",
      EDIT(qe_identity, 0, "\"version\":2", "\"version\":2,\"version\":2"))
BREAK(qe_identity_status, ANY, 8, "malformed", "a status that a QE cannot have", p->qe_status = "ConfigurationNeeded")
BREAK(qe_misc_select, ANY, 8, "misc-select-mismatch", "the QE's MISCSELECT", p->qe_report[16] = 1)
BREAK(qe_attributes, ANY, 8, "attributes-mismatch", "the QE lacks the provisioning key", p->qe_report[48] = 0x05)
BREAK(qe_debug, ANY, 8, "attributes-mismatch", "the QE is in debug mode", p->qe_report[48] |= 2)
BREAK(qe_debug_masked, ANY, 8, "debug", "the QE is in debug mode, and the mask does not say so",
      (p->qe_report[48] |= 2, EDIT(qe_identity, 0, "FBFF", "F9FF")))
BREAK(qe_mr_signer, ANY, 8, "mrsigner-mismatch", "another signer's QE", p->qe_report[128] ^= 1)
BREAK(qe_product, ANY, 8, "isv-prod-id-mismatch", "another product's QE", p->qe_report[257] = 1)
BREAK(qe_no_level, ANY, 8, "no-level", "a QE older than all levels", p->qe_report[258] = 1)

/* 9, quote signature */
BREAK(quote_signature, ANY, 9, "signature-invalid", "the quote's signature", p->quote_signature_flip = 1)
BREAK(quote_body, ANY, 9, "signature-invalid", "a bit of the report data, after signing", p->body_flip = 1)
BREAK(quote_by_other, ANY, 9, "signature-invalid", "the quote is signed by another key", p->quote_signer = KEY_OTHER)
BREAK(quote_key_off_curve, ANY, 9, "signature-invalid", "an attestation key that is no point", p->point_flip = 1)
BREAK(quote_r_zero, ANY, 9, "signature-invalid", "r is zero", p->quote_r_is_zero = true)
BREAK(quote_s_order, ANY, 9, "signature-invalid", "s is the order of the group", p->quote_s_is_order = true)

/* 10, TCB info */
BREAK(tcb_signature, ANY, 10, "signature-invalid", "the TCB info's signature", p->tcb_info.has_bad_signature = true)
BREAK(tcb_changed, ANY, 10, "signature-invalid", "a value changed after signing",
      (p->tcb_info.after = (struct edit){"\"OutOfDate\"", "\"UpToDate\""}))
BREAK(tcb_rewritten, ANY, 10, "signature-invalid", "the same value in another text",
      (p->tcb_info.after = (struct edit){"\"tcbType\":0", "\"tcbType\": 0"}))
BREAK(tcb_signer_name, ANY, 10, "name-unexpected", "its signer has a PCK certificate's name",
      p->tcb_info.signer.name = PCK_NAME)
BREAK(tcb_signer_by_other, ANY, 10, "signature-invalid", "its signer is signed by another key of the root's name",
      p->tcb_info.signer.issuer = KEY_OTHER_ROOT)
BREAK(tcb_signer_expired, ANY, 10, "certificate-expired", "its signer ended a second ago",
      p->tcb_info.signer.not_after = p->at - 1)
BREAK(tcb_signer_early, ANY, 10, "certificate-not-yet-valid", "its signer begins in a second",
      p->tcb_info.signer.not_before = p->at + 1)
BREAK(tcb_signer_revoked, ANY, 10, "revoked", "its signer is in the root CRL",
      p->root_crl.revoked = &p->tcb_info.signer)
BREAK(tcb_signer_three, ANY, 10, "malformed", "three certificates in its signer's chain", p->tcb_info.has_third = true)
BREAK(tcb_expired, ANY, 10, "document-expired", "it ended a second ago", p->tcb_info.next_update = p->at - 1)
BREAK(tcb_early, ANY, 10, "document-not-yet-valid", "it begins in a second", p->tcb_info.issued = p->at + 1)
BREAK(tcb_other_tee, SGX, 10, "malformed", "that of TDX, without its components",
      EDIT(tcb_info, 0, "\"id\":\"SGX\"", "\"id\":\"TDX\""))
BREAK(tcb_other_tee_td, TDX, 10, "tee-mismatch", "that of SGX", EDIT(tcb_info, 0, "\"id\":\"TDX\"", "\"id\":\"SGX\""))
BREAK(tcb_version_2, TDX, 10, "tee-mismatch", "of version 2, which TDX does not have", p->tcb_version = 2)
BREAK(tcb_version_4, ANY, 10, "malformed", "of version 4", EDIT(tcb_info, 0, "\"version\":3", "\"version\":4"))
BREAK(tcb_type, ANY, 10, "tcb-type-unknown", "of a type other than 0",
      EDIT(tcb_info, 0, "\"tcbType\":0", "\"tcbType\":1"))
BREAK(tcb_twice, ANY, 10, "malformed", "a member twice",
      EDIT(tcb_info, 0, "\"tcbType\":0", "\"tcbType\":0,\"tcbType\":0"))
BREAK(tcb_status, ANY, 10, "malformed", "a status that there is not", p->status = "Fine")
BREAK(tcb_svn_wide, ANY, 10, "malformed", "a component of 65536, which is 0 when cut",
      EDIT(tcb_info, 0, "{\"svn\":2}", "{\"svn\":65536}"))
BREAK(tcb_components_15, ANY, 10, "malformed", "15 components", EDIT(tcb_info, 0, "[{\"svn\":2},", "["))
BREAK(tcb_components_none, TDX, 10, "malformed", "a level without TDX's components",
      EDIT(tcb_info, 0, "\"tdxtcbcomponents\"", "\"other\""))
BREAK(fmspc, ANY, 10, "fmspc-mismatch", "another kind of platform", p->tcb_fmspc[5] = 1)
BREAK(pce_id, ANY, 10, "pceid-mismatch", "another PCE", p->tcb_pce_id[1] = 1)

/* 11, TDX module */
BREAK(module_unknown, TDX, 11, "module-unknown", "a module without an identity", p->body[1] = 2)
BREAK(modules_missing, TDX, 11, "module-unknown", "no identities of modules",
      EDIT(tcb_info, 0, "\"tdxModuleIdentities\"", "\"other\""))
BREAK(module_twice, TDX, 11, "malformed", "two identities of one module",
      EDIT(tcb_info, 0, "\"id\":\"TDX_03\"", "\"id\":\"TDX_01\""))
BREAK(module_0_missing, TDX, 11, "module-unknown", "a module of version 0 and no tdxModule",
      (p->body[1] = 0, EDIT(tcb_info, 0, "\"tdxModule\":", "\"other\":")))
BREAK(module_signer, TDX, 11, "mrsigner-mismatch", "a module that somebody signed", p->body[64] = 1)
BREAK(module_0_signer, TDX, 11, "mrsigner-mismatch", "the same of version 0", (p->body[1] = 0, p->body[64] = 1))
BREAK(module_attributes, TDX, 11, "attributes-mismatch", "attributes of the module", p->body[112] = 1)
BREAK(module_attributes_unmasked, TDX, 11, "attributes-mismatch", "the same, which no mask covers",
      (p->body[112] = 1,
       EDIT(tcb_info, 0,
	    "\"TDX_01\",\"mrsigner\":\"" ZEROS_96 "\",\"attributes\":\"" ZEROS_16 "\",\"attributesMask\":\"FF",
	    "\"TDX_01\",\"mrsigner\":\"" ZEROS_96 "\",\"attributes\":\"" ZEROS_16 "\",\"attributesMask\":\"00")))
BREAK(module_no_level, TDX, 11, "no-level", "a module older than all levels", p->body[0] = 1)

/* 12, TCB level */
BREAK(level_component, ANY, 12, "no-level", "a component of the platform below all levels",
      p->platform.components[3] = 0)
BREAK(level_cpu_svn, ANY, 12, "no-level", "the same, and the CPUSVN would do",
      (p->platform.components[3] = 0, p->platform.cpu_svn[3] = 9))
BREAK(level_pce_svn, ANY, 12, "no-level", "PCESVN below all levels", p->platform.pce_svn = 4)
BREAK(level_tdx, TDX, 12, "no-level", "a component of the TD below all levels", p->body[2] = 0)
BREAK(level_module_0, TDX, 12, "no-level", "of version 0, where the first component counts",
      (p->body[0] = 1, p->body[1] = 0))

/* 15, TD policy */
BREAK(debug, TDX, 15, "debug", "a TD in debug mode", p->body[120] = 1)
BREAK(under_test, TDX, 15, "reserved-bits", "another bit of those under test", p->body[120] = 0x80)
BREAK(reserved_low, TDX, 15, "reserved-bits", "reserved bit 8", p->body[121] = 1)
BREAK(reserved_high, TDX, 15, "reserved-bits", "reserved bit 62", p->body[127] = 0x40)
BREAK(sept_ve_disable, TDX, 15, "sept-ve-disable", "SEPT_VE_DISABLE is clear", p->body[123] = 0)
BREAK(lass, TDX, 15, "attribute-not-allowed", "LASS", p->body[123] |= 0x08)
BREAK(migratable, TDX, 15, "attribute-not-allowed", "MIGRATABLE", p->body[123] |= 0x20)
BREAK(pks, TDX, 15, "attribute-not-allowed", "PKS", p->body[123] |= 0x40)
BREAK(key_locker, TDX, 15, "attribute-not-allowed", "KL", p->body[123] |= 0x80)
BREAK(perfmon, TDX, 15, "attribute-not-allowed", "PERFMON", p->body[127] |= 0x80)
BREAK(service_td, TD15, 15, "service-td", "a service TD", p->body[600] = 1)
BREAK(sgx_debug, SGX, 15, "debug", "an enclave in debug mode", p->body[48] |= 2)

/* 16, status policy, of what 12 to 14 made */
BREAK(level_outdated, ANY, 16, "status-not-accepted", "OutOfDate by the second level", p->platform.pce_svn = 5)
BREAK(level_hardening, ANY, 16, "status-not-accepted", "SWHardeningNeeded", p->status = "SWHardeningNeeded")
BREAK(level_configuration, ANY, 16, "status-not-accepted", "ConfigurationNeeded", p->status = "ConfigurationNeeded")
BREAK(level_both, ANY, 16, "status-not-accepted", "ConfigurationAndSWHardeningNeeded",
      p->status = "ConfigurationAndSWHardeningNeeded")
BREAK(level_outdated_configuration, ANY, 16, "status-not-accepted", "OutOfDateConfigurationNeeded",
      p->status = "OutOfDateConfigurationNeeded")
BREAK(level_revoked, ANY, 16, "status-not-accepted", "Revoked", p->status = "Revoked")
BREAK(module_outdated, TDX, 16, "status-not-accepted", "the module's level is OutOfDate", p->body[0] = 3)
BREAK(module_revoked, TDX, 16, "status-not-accepted", "the module's level is Revoked", p->module_status = "Revoked")
BREAK(qe_outdated, ANY, 16, "status-not-accepted", "the QE's level is OutOfDate", p->qe_status = "OutOfDate")
BREAK(qe_revoked, ANY, 16, "status-not-accepted", "the QE's level is Revoked", p->qe_status = "Revoked")
BREAK(relaunch, TD15, 16, "status-not-accepted", "TDRelaunchAdvised: an old module, and a new one since",
      (p->body[0] = 3, p->body[584] = 5))
