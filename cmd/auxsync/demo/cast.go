package demo

import "github.com/auxolotl/auxsync/forks"

// cast is everybody in the story. None of them exists.
type cast struct {
	// Of upstream.
	alder, brisk, juniper, lark, moss, rowan forks.Person
	// Of the fork.
	ada, bento, caro, dmitri, esme, noor forks.Person
}

func everybody() cast {
	return cast{
		alder:   forks.Person{Name: "Alder Finch", Email: "alder@finch.example"},
		brisk:   forks.Person{Name: "Brisk Harrow", Email: "brisk@harrow.example"},
		juniper: forks.Person{Name: "Juniper Oduya", Email: "juniper@oduya.example"},
		lark:    forks.Person{Name: "Lark Sorensen", Email: "lark@sorensen.example"},
		moss:    forks.Person{Name: "Moss Tan", Email: "moss@tan.example"},
		rowan:   forks.Person{Name: "Rowan Achterberg", Email: "rowan@achterberg.example"},

		ada:    forks.Person{Name: "Ada Lindqvist", Email: "ada@aux.example"},
		bento:  forks.Person{Name: "Bento Okafor", Email: "bento@aux.example"},
		caro:   forks.Person{Name: "Caro Weiss", Email: "caro@aux.example"},
		dmitri: forks.Person{Name: "Dmitri Vale", Email: "dmitri@aux.example"},
		esme:   forks.Person{Name: "Esme Tanaka", Email: "esme@aux.example"},
		noor:   forks.Person{Name: "Noor Haddad", Email: "noor@aux.example"},
	}
}

// handle finds a maintainer of upstream.
func (c cast) handle(name string) forks.Person {
	return map[string]forks.Person{
		"alder": c.alder, "brisk": c.brisk, "juniper": c.juniper,
		"lark": c.lark, "moss": c.moss, "rowan": c.rowan,
	}[name]
}
