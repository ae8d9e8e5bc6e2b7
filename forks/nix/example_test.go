package nix_test

import (
	"fmt"
	"slices"

	"github.com/auxolotl/auxsync/forks/nix"
)

func Example() {
	src := []byte(`{ lib }: # who maintains this?
{
  pname = "hello";
  meta."maintainers" = with lib.maintainers; [ ada /* bob */ grace ];
}
`)
	f, err := nix.Parse(src, nix.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	nix.Walk(f.Root, func(n nix.Node) bool {
		b, ok := n.(*nix.Binding)
		if !ok {
			return true
		}
		names, static := b.Path.Names()
		if static && slices.Equal(names, []string{"meta", "maintainers"}) {
			scope := b.Value.(*nix.With)
			for _, item := range scope.Body.(*nix.List).Items {
				fmt.Printf("%s, by %s, %s\n", f.Text(item), f.Text(scope.Scope), f.Position(item.Range().Start))
			}
		}
		return true
	})
	for _, n := range f.Enclosing(f.Lines(3, 4)) {
		fmt.Println("around lines 3 and 4:", n.Kind())
	}
	fmt.Println(nix.Print(f) == string(src))

	_, err = nix.Parse([]byte("{\n  pname = \"hello\"\n}"), nix.Limits{})
	fmt.Println(err)
	// Output:
	// ada, by lib.maintainers, line 4, column 48
	// grace, by lib.maintainers, line 4, column 62
	// around lines 3 and 4: function
	// around lines 3 and 4: attribute set
	// true
	// line 3, column 1: expected ';' after the value of an attribute, found "}"
}
