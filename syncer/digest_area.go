package syncer

import "strings"

// Bounds of an area: deeper folders of upstream's, and longer paths, count as one of those
// around them.
const (
	areaDepth   = 5
	longestArea = 200 // bytes
)

// area is the package or folder that a path of upstream's belongs to, without a slash at
// its end; "" is the top:
//
//	pkgs/by-name/he/hello/src/main.c   pkgs/by-name/he/hello, a package by its name
//	pkgs/os/linux/kernel/a/b/default.nix   its folder, as for a package.nix below pkgs
//	nixos/modules/services/web/nginx/a/b.nix   its folder, cut to areaDepth parts
func area(path string) string {
	parts := strings.Split(path, "/")
	file, folder := parts[len(parts)-1], parts[:len(parts)-1]
	inPkgs := len(folder) > 0 && folder[0] == "pkgs"
	switch {
	case inPkgs && len(folder) >= 4 && folder[1] == "by-name":
		folder = folder[:4]
	case inPkgs && (file == "default.nix" || file == "package.nix"):
	default:
		folder = folder[:min(len(folder), areaDepth)]
	}
	name := strings.Join(folder, "/")
	for len(name) > longestArea {
		name = name[:max(0, strings.LastIndexByte(name, '/'))]
	}
	return name
}
