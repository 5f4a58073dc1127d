/* Sets that are good, and unlike the ordinary one: VARIANT(NAME, KINDS, TEXT, CHANGE), as in breaks.h. */
VARIANT(processor, ANY, "a PCK certificate of the Processor CA, with five pairs in its extension", plan_ca(p, false))
VARIANT(without_root, ANY, "a chain of two in the quote", p->order = CHAIN_WITHOUT_ROOT)
VARIANT(type_1, ANY, "certification data of type 1, the chain beside the quote", p->certification = 1)
VARIANT(type_2, ANY, "the same of type 2", p->certification = 2)
VARIANT(type_3, ANY, "the same of type 3", p->certification = 3)
VARIANT(type_4, ANY, "the PCK certificate alone in the quote", p->certification = 4)
VARIANT(auth_none, ANY, "no authentication data", p->auth_size = 0)
VARIANT(auth_short, ANY, "5 bytes of authentication data", p->auth_size = 5)
VARIANT(auth_long, ANY, "1000 bytes of authentication data", p->auth_size = 1000)
VARIANT(padding, ANY, "70 zeros behind it", p->padding_size = 70)
VARIANT(crlf, ANY, "a carriage return in the text around a certificate",
	(p->pem = (struct edit){"CERTIFICATE-----\n", "CERTIFICATE-----\r\n"}))
VARIANT(last_second, ANY, "all windows end now",
	(p->pck.not_after = p->root_crl.next_update = p->pck_crl.next_update = p->tcb_info.next_update =
		 p->qe_identity.next_update = p->tcb_info.signer.not_after = p->qe_identity.signer.not_after = p->at))
VARIANT(first_second, ANY, "all windows begin now",
	(p->pck.not_before = p->root_crl.this_update = p->pck_crl.this_update = p->tcb_info.issued =
		 p->qe_identity.issued = p->tcb_info.signer.not_before = p->qe_identity.signer.not_before = p->at))
VARIANT(reversed_levels, ANY, "levels are not in descending order", p->has_levels_reversed = true)
VARIANT(unknown_members, ANY, "a member that nobody knows",
	EDIT(tcb_info, 0, "\"tcbType\":0", "\"tcbType\":0,\"more\":{\"tcbLevels\":[]}"))
VARIANT(higher_svn, ANY, "a platform and a QE newer than all levels",
	(p->platform.components[0] = 255, p->platform.cpu_svn[0] = 255, p->platform.pce_svn = 300,
	 p->qe_report[259] = 1))
VARIANT(cpu_svn, ANY, "a CPUSVN below all levels: it is not what is compared", p->platform.cpu_svn[3] = 0)
VARIANT(other_pce_id, ANY, "a PCEID other than 0", p->platform.pce_id[1] = p->tcb_pce_id[1] = 7)
VARIANT(tcb_version_2, SGX, "TCB info of version 2", p->tcb_version = 2)
VARIANT(many_evaluations, ANY, "another evaluation number", p->evaluation_number = 255)
VARIANT(module_range, TDX, "a module with an identity: its SVN is not compared with the level's",
	(p->body[0] = 4, p->body[584] = 4))
VARIANT(module_3, TDX, "another module", (p->body[0] = 3, p->body[1] = 3))
VARIANT(module_0, TDX, "a module of version 0", p->body[1] = 0)
VARIANT(module_lower_case, TDX, "an identity in lower case", EDIT(tcb_info, 0, "\"TDX_01\"", "\"tdx_01\""))
