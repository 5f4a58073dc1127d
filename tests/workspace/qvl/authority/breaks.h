/* The ways in which a set can be broken: BREAK(NAME, KINDS, STEP, REASON, TEXT, CHANGE). STEP is that of quote-spec.md
 * 2 at which a verifier must refuse, REASON the code it must give; CHANGE does it to the plan p. All that is not named
 * stays as it should be, and what is signed is signed after the change, unless the signature is what breaks.
 *
 * Included twice, with BREAK defined as what is wanted of the list. */

/* 1, parse */
BREAK(version, ANY, 1, "version", "of no known version", p->header[0] = 6)
BREAK(key_type, ANY, 1, "key-type", "an attestation key on P-384", p->header[2] = 3)
BREAK(tee_type, ANY, 1, "tee-type", "of no known TEE; in version 3 a reserved field", p->header[4] = 0x82)
BREAK(vendor, ANY, 1, "qe-vendor", "another vendor's QE", p->header[12] ^= 1)
BREAK(body_type, FIVE, 1, "body-type", "a body of an unknown type", p->descriptor[0] = 9)
BREAK(body_of_other_tee, FIVE, 1, "body-type", "a body that is not the header's TEE's",
      p->descriptor[0] = p->is_tdx ? 1 : 2)
BREAK(body_size, FIVE, 1, "body-size", "a body of another size than its type has", p->descriptor[2]++)
BREAK(outer_type, WRAPPED, 1, "certification-type", "the signature part wraps type 5 directly", p->outer_type = 5)
BREAK(inner_type, ANY, 1, "certification-type", "certification data of no known type", p->certification = 7)
BREAK(inner_type_6, ANY, 1, "certification-type", "certification data of type 6 within", p->certification = 6)
BREAK(certification_length, ANY, 1, "certification-length", "a PPID with a byte too many",
      (p->certification = 1, p->certification_more = 1))
BREAK(length_long, ANY, 1, "length", "the length of the signature part has one too many, padding to spare",
      (p->length_more = 1, p->padding_size = 16))
BREAK(length_short, ANY, 1, "length", "the length of the signature part has one too few", p->length_more = -1)
BREAK(outer_length, WRAPPED, 1, "length", "the length of the wrapped data has one too few", p->outer_length_more = -1)
BREAK(cut_short, ANY, 1, "cut-short", "its last byte is missing", p->cut = 1)
BREAK(trailing_bytes, ANY, 1, "trailing-bytes", "padding that is not zero", (p->padding_size = 70, p->padding = 1))

/* 2, root */
BREAK(other_root, ANY, 2, "root-mismatch", "the quote's root is another one of the same name", p->has_other_root = true)

/* 3, PCK chain */
BREAK(chain_reversed, ANY, 3, "malformed", "root first", p->order = CHAIN_REVERSED)
BREAK(chain_too_short, ANY, 3, "malformed", "a PCK certificate alone as chain", p->order = CHAIN_LEAF_ALONE)
BREAK(pem_text_before, ANY, 3, "malformed", "text before the first certificate",
      (p->pem = (struct edit){"-----BEGIN", "text\n-----BEGIN"}))
BREAK(pem_lines, ANY, 3, "malformed", "a line of base64 broken in two",
      (p->pem = (struct edit){"CERTIFICATE-----\nMIIE", "CERTIFICATE-----\nMII\nE"}))
BREAK(leaf_signature, ANY, 3, "signature-invalid", "the PCK certificate's signature", p->pck.has_bad_signature = true)
BREAK(leaf_by_other, ANY, 3, "signature-invalid", "the PCK certificate is signed by another key of its issuer's name",
      p->pck.issuer = KEY_OTHER)
BREAK(leaf_key_id, ANY, 3, "issuer-mismatch", "the PCK certificate has another key id as its issuer's",
      p->pck.claimed = KEY_OTHER)
BREAK(leaf_by_other_ca, ANY, 3, "issuer-mismatch", "the PCK certificate names the other CA as issuer",
      p->pck.issuer_name = PROCESSOR_NAME)
BREAK(leaf_expired, ANY, 3, "certificate-expired", "the PCK certificate ended a second ago",
      p->pck.not_after = p->at - 1)
BREAK(leaf_early, ANY, 3, "certificate-not-yet-valid", "the PCK certificate begins in a second",
      p->pck.not_before = p->at + 1)
BREAK(leaf_name, ANY, 3, "name-unexpected", "the PCK certificate's name", p->pck.name = "Intel SGX PCK Certificat")
BREAK(leaf_is_ca, ANY, 3, "is-a-ca", "the PCK certificate is a CA", p->pck.is_ca = true)
BREAK(leaf_critical, ANY, 3, "critical-extension", "an unknown critical extension", p->pck.has_unknown_critical = true)
BREAK(leaf_extension_twice, ANY, 3, "malformed", "an extension twice", p->pck.has_extension_twice = true)
BREAK(leaf_version_1, ANY, 3, "malformed", "an X.509 certificate of version 1", p->pck.is_version_1 = true)
BREAK(leaf_trailing, ANY, 3, "malformed", "a byte behind the certificate", p->pck.has_trailing = true)
BREAK(leaf_unused_bits, ANY, 3, "malformed", "a signature with unused bits", p->pck.has_unused_bits = true)
BREAK(leaf_algorithms_differ, ANY, 3, "malformed", "SHA-256 inside and SHA-384 outside",
      p->pck.is_sha384_outside = true)
BREAK(leaf_sha384, ANY, 3, "algorithm-unexpected", "SHA-384 named as its algorithm", p->pck.is_sha384 = true)
BREAK(leaf_without_sgx, ANY, 3, "malformed", "a PCK certificate without the SGX extension", p->pck.has_sgx = false)
BREAK(intermediate_sgx, ANY, 3, "malformed", "an intermediate with the SGX extension", p->intermediate.has_sgx = true)
BREAK(intermediate_signature, ANY, 3, "signature-invalid", "the intermediate's signature",
      p->intermediate.has_bad_signature = true)
BREAK(intermediate_issuer, ANY, 3, "issuer-mismatch", "the intermediate names another issuer than the root",
      p->intermediate.issuer_name = PLATFORM_NAME)
BREAK(intermediate_expired, ANY, 3, "certificate-expired", "the intermediate ended a second ago",
      p->intermediate.not_after = p->at - 1)
BREAK(intermediate_early, ANY, 3, "certificate-not-yet-valid", "the intermediate begins in a second",
      p->intermediate.not_before = p->at + 1)
BREAK(intermediate_name, ANY, 3, "name-unexpected", "the intermediate has the TCB signer's name",
      p->intermediate.name = p->pck.issuer_name = p->pck_crl.issuer_name = SIGNER_NAME)
BREAK(intermediate_no_ca, ANY, 3, "not-a-ca", "the intermediate is no CA",
      (p->intermediate.is_ca = false, p->intermediate.path_length = -1))
BREAK(intermediate_no_constraints, ANY, 3, "not-a-ca", "the intermediate has no basic constraints",
      p->intermediate.has_constraints = false)
BREAK(intermediate_path_length, ANY, 3, "path-length", "the intermediate may have a CA below it",
      p->intermediate.path_length = 1)
BREAK(intermediate_usage, ANY, 3, "key-usage", "the intermediate's key may not sign certificates",
      p->intermediate.usage = USAGE_LEAF)
BREAK(root_expired, ANY, 2, "certificate-expired", "the root ended a second ago", p->root.not_after = p->at - 1)
BREAK(root_early, ANY, 2, "certificate-not-yet-valid", "the root begins in a second", p->root.not_before = p->at + 1)
BREAK(leaf_not_the_quotes, ANY, 3, "leaf-mismatch", "type 4: the chain beside the quote is another PCK's",
      (p->certification = 4, p->has_other_leaf = true))

/* 4, CRLs */
BREAK(root_crl_missing, ANY, 4, "crl-missing", "no root CRL", p->root_crl.is_missing = true)
BREAK(pck_crl_missing, ANY, 4, "crl-missing", "no PCK CRL", p->pck_crl.is_missing = true)
BREAK(root_crl_signature, ANY, 4, "signature-invalid", "the root CRL's signature", p->root_crl.has_bad_signature = true)
BREAK(pck_crl_signature, ANY, 4, "signature-invalid", "the PCK CRL's signature", p->pck_crl.has_bad_signature = true)
BREAK(root_crl_by_other, ANY, 4, "signature-invalid", "the root CRL is signed by another key of the root's name",
      p->root_crl.issuer = KEY_OTHER_ROOT)
BREAK(pck_crl_key_id, ANY, 4, "issuer-mismatch", "the PCK CRL has another key id as its issuer's",
      p->pck_crl.claimed = KEY_OTHER)
BREAK(pck_crl_of_other_ca, ANY, 4, "issuer-mismatch", "the PCK CRL is the other CA's",
      (p->pck_crl.issuer_name = PROCESSOR_NAME, p->pck_crl.issuer = p->pck_crl.claimed = KEY_PROCESSOR_CA))
BREAK(root_crl_of_other, ANY, 4, "issuer-mismatch", "the root CRL is the intermediate's",
      (p->root_crl.issuer_name = PLATFORM_NAME, p->root_crl.issuer = p->root_crl.claimed = KEY_PLATFORM_CA))
BREAK(root_crl_expired, ANY, 4, "crl-expired", "the root CRL ended a second ago", p->root_crl.next_update = p->at - 1)
BREAK(pck_crl_expired, ANY, 4, "crl-expired", "the PCK CRL ended a second ago", p->pck_crl.next_update = p->at - 1)
BREAK(root_crl_early, ANY, 4, "crl-not-yet-valid", "the root CRL begins in a second",
      p->root_crl.this_update = p->at + 1)
BREAK(pck_crl_early, ANY, 4, "crl-not-yet-valid", "the PCK CRL begins in a second", p->pck_crl.this_update = p->at + 1)
BREAK(root_crl_version_1, ANY, 4, "malformed", "the root CRL is of version 1", p->root_crl.is_version_1 = true)
BREAK(pck_crl_endless, ANY, 4, "malformed", "the PCK CRL has no next update", p->pck_crl.next_update = 0)
BREAK(pck_crl_partition, ANY, 4, "malformed", "the PCK CRL is for certificates of CAs only",
      p->pck_crl.has_partition = true)
BREAK(pck_crl_no_number, ANY, 4, "malformed", "the PCK CRL has no number", p->pck_crl.has_no_number = true)
BREAK(pck_crl_no_key_id, ANY, 4, "malformed", "the PCK CRL has no authority key id", p->pck_crl.has_no_key_id = true)
BREAK(pck_crl_trailing, ANY, 4, "malformed", "a byte behind the PCK CRL", p->pck_crl.has_trailing = true)
BREAK(leaf_revoked, ANY, 4, "revoked", "the PCK certificate is revoked", p->pck_crl.revoked = &p->pck)
BREAK(intermediate_revoked, ANY, 4, "revoked", "the intermediate is revoked", p->root_crl.revoked = &p->intermediate)

/* 5, PCK extension: it is taken apart with the chain. */
BREAK(extension_component, ANY, 3, "malformed", "a component of 256", p->platform.fault = COMPONENT_256)
BREAK(extension_missing, ANY, 3, "malformed", "15 components", p->platform.fault = COMPONENT_MISSING)
BREAK(extension_twice, ANY, 3, "malformed", "PCEID twice", p->platform.fault = PAIR_TWICE)
BREAK(extension_unknown, ANY, 3, "malformed", "an unknown pair", p->platform.fault = PAIR_UNKNOWN)
BREAK(extension_fmspc, ANY, 3, "malformed", "an FMSPC of 5 bytes", p->platform.fault = FMSPC_SHORT)

/* 6, QE report; 7, key binding */
BREAK(qe_signature, ANY, 6, "signature-invalid", "the QE report's signature", p->qe_signature_flip = 1)
BREAK(qe_by_other, ANY, 6, "signature-invalid", "the QE report is signed by another key", p->qe_signer = KEY_OTHER)
BREAK(auth_data, ANY, 7, "key-binding-mismatch", "other authentication data than the QE saw", p->auth_flip = 1)
BREAK(key_not_bound, ANY, 7, "key-binding-mismatch", "the digest in the QE report", p->binding_flip = 1)
BREAK(attestation_key, ANY, 7, "key-binding-mismatch", "the key differs from the one that the QE saw",
      p->bound = KEY_OTHER)
BREAK(binding_tail, ANY, 7, "reserved-bits", "the second half of the QE's report data is not zero", p->binding_tail = 1)
