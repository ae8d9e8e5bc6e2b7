import ./make-test-python.nix ({ pkgs, lib, ... }: {
  name = "hello";
  meta = { maintainers = [ lib.maintainers.ada-l ]; teams = [ lib.teams.golang ]; };
  nodes.machine = { ... }: { services.hello.enable = true; };
  testScript = { nodes, ... }: ''
    start_all()
    machine.wait_for_open_port(${toString nodes.machine.services.hello.port})
  '';
})
