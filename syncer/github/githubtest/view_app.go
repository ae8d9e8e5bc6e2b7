package githubtest

func rightsView(r Rights) object {
	v := object{"metadata": "read"}
	for name, level := range r {
		if level != NoAccess {
			v[name] = [...]string{"none", "read", "write"}[level]
		}
	}
	return v
}

func (s *Server) appView(a *app) object {
	return object{
		"id": a.id, "node_id": node("A", a.id), "slug": a.slug, "owner": s.userView(a.bot), "name": a.slug, "description": nil,
		"external_url": s.URL(), "html_url": s.URL() + "/apps/" + a.slug, "created_at": stamp(a.created), "updated_at": stamp(a.created),
		"permissions": rightsView(a.rights), "events": []any{}, "installations_count": 1,
	}
}

func (s *Server) installationView(a *app, owner *account) object {
	u := s.api("/app/installations/" + number(a.installation))
	return object{
		"id": a.installation, "account": s.userView(owner), "repository_selection": "selected", "access_tokens_url": u + "/access_tokens",
		"repositories_url": s.api("/installation/repositories"), "html_url": s.URL() + "/settings/installations/" + number(a.installation),
		"app_id": a.id, "target_id": owner.id, "target_type": "Organization", "permissions": rightsView(a.rights), "events": []any{},
		"created_at": stamp(a.created), "updated_at": stamp(a.created), "single_file_name": nil, "app_slug": a.slug,
		"suspended_by": nil, "suspended_at": stamp(a.suspended),
	}
}
