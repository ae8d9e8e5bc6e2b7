/* List of people.

    handle = {
      name = "Example, which is in a comment";
      github = "example";
      githubId = 1;
    };
*/
{
  # keep-sorted start case=no
  "0x4d" = {
    name = "Quoted Handle";
    github = "zeroxfourd";
    githubId = 101;
  };
  _aunderscore = {
    name = "Leading";
    github = "aunderscore";
    githubId = 102;
    matrix = "@leading:example.org";
  };
  ada-l = {
    email = "ada@example.org";
    name = "Ada";
    github = "AdaLovelace";
    githubId = 103;
    keys = [
      { fingerprint = "0000 1111 2222 3333 4444  5555 6666 7777 8888 9999"; }
      {
        longkeyid = "rsa2048/0x0000000000000000";
        fingerprint = "AAAA BBBB";
      }
    ];
  };
  o'neil = { name = "No forge"; email = "o@example.org"; };
  old = "Old Style <old@example.org>";
  # keep-sorted end
}
