// Reads an SPDX document in JSON with the SPDX project's own library, and says what it is to that:
//
//	document NAME VERSION
//	packages N
//	files N
//	relationships N
//	verified PACKAGE    its verification code is that of the files it contains
//	kept                written as tag-value and read again by that format's stricter parser, nothing is lost
//
// Exit status 1, with the reason, where the document is not one to the library.
package main

import (
	"bytes"
	"fmt"
	"os"

	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx"
	"github.com/spdx/tools-golang/spdx/v2/common"
	"github.com/spdx/tools-golang/spdxlib"
	"github.com/spdx/tools-golang/tagvalue"
	"github.com/spdx/tools-golang/utils"
)

func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func contained(doc *spdx.Document, by common.ElementID) []*spdx.File {
	files := map[common.ElementID]*spdx.File{}
	for _, file := range doc.Files {
		files[file.FileSPDXIdentifier] = file
	}
	var found []*spdx.File
	for _, r := range doc.Relationships {
		if file := files[r.RefB.ElementRefID]; r.RefA.ElementRefID == by && r.Relationship == "CONTAINS" && file != nil {
			found = append(found, file)
		}
	}
	return found
}

func verify(doc *spdx.Document) {
	for _, p := range doc.Packages {
		if !p.FilesAnalyzed {
			continue
		}
		code, err := utils.GetVerificationCode(contained(doc, p.PackageSPDXIdentifier), "")
		check(err)
		if p.PackageVerificationCode == nil || code.Value != p.PackageVerificationCode.Value {
			check(fmt.Errorf("%s: its verification code should be %s", p.PackageSPDXIdentifier, code.Value))
		}
		fmt.Println("verified", p.PackageName)
	}
}

func rewritten(doc *spdx.Document) *spdx.Document {
	var text bytes.Buffer
	check(tagvalue.Write(doc, &text))
	again, err := tagvalue.Read(&text)
	check(err)
	check(spdxlib.ValidateDocument(again))
	return again
}

func main() {
	doc, err := spdxjson.Read(os.Stdin)
	check(err)
	check(spdxlib.ValidateDocument(doc))
	fmt.Println("document", doc.DocumentName, doc.SPDXVersion)
	fmt.Println("packages", len(doc.Packages))
	fmt.Println("files", len(doc.Files))
	fmt.Println("relationships", len(doc.Relationships))
	verify(doc)
	again := rewritten(doc)
	if len(again.Packages) != len(doc.Packages) || len(again.Relationships) != len(doc.Relationships) {
		check(fmt.Errorf("as tag-value: %d packages, %d relationships", len(again.Packages), len(again.Relationships)))
	}
	fmt.Println("kept")
}
