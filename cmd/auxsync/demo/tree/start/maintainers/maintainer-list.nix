/*
  Everybody who looks after a package or a module.

    handle = {
      name = "A name to be called by";
      email = "optional@example.org";
      github = "login";
      githubId = 1;
    };

  Sorted by handle. The number never changes, the login may.
*/
{
  alder = {
    name = "Alder Finch";
    email = "alder@finch.example";
    github = "alderfinch";
    githubId = 9100117;
  };
  brisk = {
    name = "Brisk Harrow";
    github = "BriskHarrow";
    githubId = 9100231;
  };
  juniper = {
    name = "Juniper Oduya";
    email = "juniper@oduya.example";
    github = "juniper-oduya";
    githubId = 9100402;
    matrix = "@juniper:oduya.example";
  };
  lark = {
    name = "Lark Sorensen";
    email = "lark@sorensen.example";
    matrix = "@lark:sorensen.example";
  };
  moreau = {
    name = "Ines Moreau";
    email = "ines@aux.example";
    github = "ines";
    githubId = 9100588;
  };
  moss = {
    name = "Moss Tan";
    email = "moss@tan.example";
    github = "mosstan";
    githubId = 9100644;
  };
  okafor = {
    name = "Bento Okafor";
    email = "bento@aux.example";
    github = "bento";
    githubId = 9100671;
  };
  rowan = {
    name = "Rowan Achterberg";
    email = "rowan@achterberg.example";
    github = "rowan-a";
    githubId = 9100703;
  };
  tanaka = {
    name = "Esme Tanaka";
    email = "esme@aux.example";
    github = "esme";
    githubId = 9100752;
  };
  vale = {
    name = "Dmitri Vale";
    email = "dmitri@aux.example";
    github = "dmitri";
    githubId = 9100790;
  };
}
