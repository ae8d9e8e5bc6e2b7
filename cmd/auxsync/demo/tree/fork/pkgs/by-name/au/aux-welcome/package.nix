{
  lib,
  writeShellApplication,
  glow,
  hello,
}:

writeShellApplication {
  name = "aux-welcome";

  runtimeInputs = [
    glow
    hello
  ];

  text = ''
    hello --greeting "Welcome to Aux."
    glow ${./welcome.md}
  '';

  meta = {
    description = "First words on a new Aux machine";
    homepage = "https://aux.example";
    license = lib.licenses.mit;
    maintainers = [ ];
    mainProgram = "aux-welcome";
  };
}
