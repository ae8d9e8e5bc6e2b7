package demo

import "github.com/auxolotl/auxsync/forks"

// cast is everybody in the story. None of them exists.
type cast struct {
	// Of upstream.
	alder, brisk, juniper, lark, moss, rowan forks.Person
	// Of the fork.
	ada, bento, caro, dmitri, esme, ines, noor, pim forks.Person
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
		ines:   forks.Person{Name: "Ines Moreau", Email: "ines@aux.example"},
		noor:   forks.Person{Name: "Noor Haddad", Email: "noor@aux.example"},
		pim:    forks.Person{Name: "Pim Aldous", Email: "pim@aldous.example"},
	}
}

// handle finds a maintainer of upstream.
func (c cast) handle(name string) forks.Person {
	return map[string]forks.Person{
		"alder": c.alder, "brisk": c.brisk, "juniper": c.juniper,
		"lark": c.lark, "moss": c.moss, "rowan": c.rowan,
	}[name]
}

// account is somebody's account on the forge. The number never changes; it is 0 where
// upstream's list of maintainers does not have them, and any will do.
type account struct {
	login  string
	number int64
}

// ofUpstream are the accounts of upstream's people. Lark has none that is known.
func (c cast) ofUpstream() []account {
	return []account{{"alderfinch", 9100117}, {"BriskHarrow", 9100231}, {"juniper-oduya", 9100402}, {"mosstan", 9100644}, {"rowan-a", 9100703}}
}

// ofFork are the accounts of the fork's people. Pim, who has left, never had one.
func (c cast) ofFork() []account {
	return []account{
		{firstName(c.ada), 0}, {firstName(c.bento), 9100671}, {firstName(c.caro), 0}, {firstName(c.dmitri), 9100790},
		{firstName(c.esme), 9100752}, {firstName(c.ines), 9100588}, {firstName(c.noor), 0},
	}
}
