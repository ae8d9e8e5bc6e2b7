package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
)

// resolutionsCommand shows what people decided and what rests on it, and ends its use.
func (a *app) resolutionsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "resolutions", Short: "What people decided about conflicts, and where it is used again",
		Long: `What people decide about a conflict is kept: where exactly the same stands against
exactly the same once more, on another track or when upstream does it again, that is
used and nobody is asked.`,
		Example: "  auxsync resolutions list\n  auxsync resolutions show r0123456789\n  auxsync resolutions revoke r0123456789",
		Args:    nothing,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.resolutionsListCommand(), a.resolutionsShowCommand(), a.resolutionsRevokeCommand())
	return cmd
}

func nothing(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("%s has no command %q", cmd.CommandPath(), forks.Inert(args[0]))
	}
	return nil
}

// resolutionsSchema names the JSON form of [resolutionList].
const resolutionsSchema = "auxsync.resolutions/1"

// resolutionList is what is known of resolutions.
type resolutionList struct {
	Schema      string            `json:"schema"`
	Resolutions []knownResolution `json:"resolutions"`
}

// knownResolution is one resolution with all that rests on it, over the tracks of a fork.
type knownResolution struct {
	Fork string `json:"fork"`
	forks.Resolution
	// On has the tracks that have it on record, and what rests on it there.
	On []restsOn `json:"on"`
	at string    // the URL of the fork
}

// restsOn is what rests on a resolution in one track.
type restsOn struct {
	Track   string          `json:"track"`
	Patches []restingPatch  `json:"patches"`
	Revoked *forks.Revoked  `json:"revoked"`
	Refused []forks.PatchID `json:"refused"`
	Used    int             `json:"used"`
}

// restingPatch is a patch that has a version which rests on a resolution.
type restingPatch struct {
	ID      forks.PatchID `json:"id"`
	Subject string        `json:"subject"`
}

// resolutionsOf gathers what the tracks have on record, oldest first.
func resolutionsOf(views []control.View) []knownResolution {
	list := []knownResolution{}
	for _, v := range views {
		if v.State == nil {
			continue
		}
		for _, r := range v.State.Resolutions {
			i := slices.IndexFunc(list, func(k knownResolution) bool { return k.Fork == v.Track.Fork && k.ID == r.ID })
			if i < 0 {
				list = append(list, knownResolution{Fork: v.Track.Fork, Resolution: r, at: v.Track.URL})
				i = len(list) - 1
			}
			on := restsOn{Track: v.Track.Name, Patches: []restingPatch{}, Revoked: r.Revoked, Refused: r.Refused, Used: r.Used}
			for _, p := range syncer.Leaving(*v.State, r) {
				on.Patches = append(on.Patches, restingPatch{p.ID, p.Subject})
			}
			k := &list[i]
			k.On = append(k.On, on)
			if len(k.On) > 1 { // what the tracks know together
				k.Used += r.Used
				k.Refused = append(slices.Clone(k.Refused), r.Refused...)
				if k.Revoked == nil {
					k.Revoked = r.Revoked
				}
			}
		}
	}
	slices.SortStableFunc(list, func(a, b knownResolution) int { return a.At.Compare(b.At) })
	return list
}

// oneResolution finds a resolution by its id.
func oneResolution(list []knownResolution, id string) (knownResolution, error) {
	for _, k := range list {
		if string(k.ID) == id {
			return k, nil
		}
	}
	return knownResolution{}, usage("there is no resolution %q; see `auxsync resolutions list`", forks.Inert(id))
}

func (a *app) resolutionsListCommand() *cobra.Command {
	r := &reader{app: a}
	return r.flags(&cobra.Command{
		Use: "list [TRACK]", Short: "List what people decided, and how often it is used",
		Long:    "List what people decided about conflicts, oldest first: where, who, and for how many\npatches it was used again.",
		Example: "  auxsync resolutions list\n  auxsync resolutions list --from-fork https://github.com/auxolotl/nix",
		Args:    atMostOneTrack,
		RunE: func(cmd *cobra.Command, args []string) error {
			views, err := r.views(cmd.Context(), args)
			if err != nil {
				return err
			}
			list := resolutionsOf(views)
			if a.json {
				return a.printJSON(resolutionList{resolutionsSchema, list})
			}
			if len(list) == 0 {
				fmt.Fprintln(a.out, "nothing was decided yet that could be used again")
			}
			for _, k := range list {
				fmt.Fprintf(a.out, "%s  %s  %s  %s, %s%s\n", k.ID, k.At.UTC().Format(time.DateOnly), decidedBy(k.Resolution), forks.Inert(k.Path), k.Kind, fate(k.Resolution))
			}
			return nil
		},
	})
}

func decidedBy(r forks.Resolution) string {
	if r.By == "" {
		return "somebody"
	}
	return forks.Clip(forks.Inert(r.By), 60)
}

// fate says what became of a resolution.
func fate(r forks.Resolution) string {
	text := ""
	switch {
	case r.Revoked != nil:
		text = ", revoked by " + forks.Clip(forks.Inert(r.Revoked.By), 60)
	case r.Used == 1:
		text = ", used again once"
	case r.Used > 1:
		text = fmt.Sprintf(", used again %d times", r.Used)
	}
	if n := len(r.Refused); n > 0 {
		text += fmt.Sprintf(", refused for %d of the patches", n)
	}
	return text
}

func (a *app) resolutionsShowCommand() *cobra.Command {
	r := &reader{app: a}
	return r.flags(&cobra.Command{
		Use: "show RESOLUTION", Short: "Everything that is known about one decision",
		Long:    "Show who decided what about which conflict, what rests on it in each track, and how\nto read what stands in the place of the conflict.",
		Example: "  auxsync resolutions show r0123456789",
		Args:    exactly(1, "the id of a resolution"),
		RunE: func(cmd *cobra.Command, args []string) error {
			views, err := r.views(cmd.Context(), nil)
			if err != nil {
				return err
			}
			k, err := oneResolution(resolutionsOf(views), args[0])
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(resolutionList{resolutionsSchema, []knownResolution{k}})
			}
			showResolution(a.out, k)
			return nil
		},
	})
}

// showResolution prints all about one resolution.
func showResolution(w io.Writer, k knownResolution) {
	fmt.Fprintf(w, "%s of fork %s%s\n", k.ID, k.Fork, fate(k.Resolution))
	fmt.Fprintf(w, "  decided by  %s, %s\n", decidedBy(k.Resolution), k.At.UTC().Format("2006-01-02 15:04 MST"))
	where := []string{}
	switch {
	case !k.Learned.IsZero():
		where = append(where, "merge "+k.Learned.String())
	case k.Proposal != "":
		where = append(where, "conflict "+forks.Inert(string(k.Proposal))+" of patch "+forks.Inert(string(k.Patch)))
	}
	if k.URL != "" {
		where = append(where, forks.Inert(k.URL))
	}
	fmt.Fprintf(w, "  in          %s\n", strings.Join(append(where, "track "+k.Track), ", "))
	fmt.Fprintf(w, "  about       %s (%s)\n", forks.Inert(k.Path), k.Kind)
	if r := k.Revoked; r != nil {
		fmt.Fprintf(w, "  revoked by  %s, %s%s\n", forks.Inert(r.By), r.At.UTC().Format(time.DateOnly), reasonGiven(r.Because))
	}
	switch {
	case k.Result.IsZero() && k.Kind == forks.ModifyDelete:
		fmt.Fprintln(w, "  result      the file goes")
	case k.Result.IsZero():
		fmt.Fprintln(w, "  result      nothing stands in its place")
	default:
		fmt.Fprintf(w, "  result      git fetch %s %s && git show FETCH_HEAD:resolutions/%s\n",
			forks.ShellWord(k.at), forks.StateRef(k.On[0].Track), k.ID)
	}
	named := false
	for _, on := range k.On {
		for _, p := range on.Patches {
			fmt.Fprintf(w, "  rests on it %s of track %s: %s\n", p.ID, on.Track, forks.Clip(forks.Inert(p.Subject), 80))
			named = true
		}
	}
	if !named {
		fmt.Fprintln(w, "  nothing rests on it now")
	}
}

func reasonGiven(because string) string {
	if because == "" {
		return ""
	}
	return ": " + forks.Inert(because)
}

func (a *app) resolutionsRevokeCommand() *cobra.Command {
	var because string
	var yes bool
	r := &reader{app: a}
	cmd := &cobra.Command{
		Use: "revoke RESOLUTION", Short: "End the use of a decision, after naming what leaves",
		Long: `End the use of what people decided about a conflict. Without --yes nothing happens
but that you are told what rests on it. With --yes each of these patches loses the
form that it has by that decision, in every track of the fork, and its conflict is
asked about again; until that is answered the patch is not part of the branch.`,
		Example: "  auxsync resolutions revoke r0123456789\n  auxsync resolutions revoke r0123456789 --yes --because \"it undid a security fix\"",
		Args:    exactly(1, "the id of a resolution"),
		RunE: func(cmd *cobra.Command, args []string) error {
			views, err := r.views(cmd.Context(), nil)
			if err != nil {
				return err
			}
			k, err := oneResolution(resolutionsOf(views), args[0])
			if err != nil {
				return err
			}
			if !yes {
				if a.json {
					return a.printJSON(resolutionList{resolutionsSchema, []knownResolution{k}})
				}
				a.wouldLeave(k)
				return nil
			}
			return a.revoke(cmd.Context(), k, because)
		},
	}
	cmd.Flags().StringVar(&because, "because", "", "the `REASON`, for the account of the pass")
	cmd.Flags().BoolVar(&yes, "yes", false, "do it, in all tracks of the fork")
	return cmd
}

// wouldLeave says what rests on a resolution before it is revoked.
func (a *app) wouldLeave(k knownResolution) {
	if k.Revoked != nil {
		fmt.Fprintf(a.out, "%s was revoked by %s already\n", k.ID, forks.Inert(k.Revoked.By))
	}
	none := true
	for _, on := range k.On {
		for _, p := range on.Patches {
			fmt.Fprintf(a.out, "track %s: %s loses its resolved form, and its conflict is asked about again: %s\n", on.Track, p.ID, forks.Clip(forks.Inert(p.Subject), 80))
			none = false
		}
	}
	if none {
		fmt.Fprintf(a.out, "nothing rests on %s now; it would not be used again\n", k.ID)
	}
	fmt.Fprintf(a.out, "nothing has happened yet; to do it: auxsync resolutions revoke %s --yes\n", k.ID)
}

// revoke asks each track that has a resolution on record to end its use. One track's
// trouble does not keep the others from it.
func (a *app) revoke(ctx context.Context, k knownResolution, because string) error {
	var errs []error
	for _, on := range k.On {
		errs = append(errs, a.decide(ctx, control.Request{Verb: verbDecide, Decision: forks.VerbRevoke,
			Track: k.Fork + "/" + on.Track, Arg: string(k.ID), Because: because}))
	}
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if len(errs) == 0 {
		return nil
	}
	return gravest(errs)
}
