# From the lines of src/dist/release to a bill of materials in SPDX 2.3.
#
#   source NAME VERSION FILE SHA256
#   file FILE SHA1 SHA256
#   library FILE ARCHIVE LICENCE PACKAGE VERSION ARCH PACKAGE-FILE SHA256
#
# A library is what FILE has linked in; those that several files share, because
# they come from the same package, are one entry. "-" stands for nothing known.

def ref: "SPDXRef-" + gsub("[^A-Za-z0-9.]+"; "-");
def uuid: "\(.[0:8])-\(.[8:12])-5\(.[13:16])-a\(.[17:20])-\(.[20:32])";
def sum($algorithm): {algorithm: $algorithm, checksumValue: .};
def sums: if . == "-" then [] else [sum("SHA256")] end;
def relation($from; $type; $to):
	{spdxElementId: $from, relationshipType: $type, relatedSpdxElement: $to};
def package($ref; $license): {
	SPDXID: $ref, downloadLocation: "NOASSERTION", filesAnalyzed: false,
	licenseConcluded: $license, licenseDeclared: $license,
	copyrightText: "NOASSERTION"
};
def library_ref: "\(.archive)-\(.package)-\(.arch)" | ref;
def purl: "pkg:deb/debian/\(.package)@\(.version | @uri)?arch=\(.arch)";

[inputs / "\t"] as $lines
| [$lines[] | select(.[0] == "source")
	| {name: .[1], version: .[2], file: .[3], sha256: .[4]}] as [$source]
| [$lines[] | select(.[0] == "file")
	| {name: .[1], sha1: .[2], sha256: .[3]}] as $files
| [$lines[] | select(.[0] == "library")
	| {file: .[1], archive: .[2], license: .[3], package: .[4],
		version: .[5], arch: .[6], from: .[7], sha256: .[8]}] as $libraries
| ($source.name | ref) as $product
| {
	spdxVersion: "SPDX-2.3",
	dataLicense: "CC0-1.0",
	SPDXID: "SPDXRef-DOCUMENT",
	name: $name,
	documentNamespace: "https://spdx.org/spdxdocs/\($name)-\($id | uuid)",
	creationInfo: {
		created: $created,
		creators: ["Organization: dom0less developers",
			"Tool: dom0less-release-\($source.version)"]
	},
	packages: ([
		package($product; "GPL-2.0-only") + {
			name: "dom0less", versionInfo: $source.version,
			packageFileName: $source.file,
			primaryPackagePurpose: "SOURCE",
			checksums: ($source.sha256 | sums)
		}
	] + ($libraries | unique_by(library_ref) | map(
		package(library_ref; .license) + {
			name: "\(.package)/\(.archive)", versionInfo: .version,
			primaryPackagePurpose: "LIBRARY",
			checksums: (.sha256 | sums),
			externalRefs: [{
				referenceCategory: "PACKAGE-MANAGER",
				referenceType: "purl", referenceLocator: purl
			}]
		} + (if .from == "-" then {} else {packageFileName: .from} end)
	))),
	files: ($files | map(.name as $file | {
		SPDXID: (.name | ref), fileName: "./\(.name)",
		fileTypes: ["BINARY"],
		checksums: [(.sha1 | sum("SHA1")), (.sha256 | sum("SHA256"))],
		licenseConcluded: (["GPL-2.0-only"]
			+ ($libraries | map(select(.file == $file).license) | unique)
			| map(if test(" OR ") then "(\(.))" else . end)
			| join(" AND ")),
		licenseInfoInFiles: ["NOASSERTION"],
		copyrightText: "NOASSERTION"
	})),
	relationships: (
		[relation("SPDXRef-DOCUMENT"; "DESCRIBES"; $product)]
		+ ($files | map(
			relation("SPDXRef-DOCUMENT"; "DESCRIBES"; (.name | ref)),
			relation(.name | ref; "GENERATED_FROM"; $product)))
		+ ($libraries | map(
			relation(.file | ref; "STATIC_LINK"; library_ref))))
}
