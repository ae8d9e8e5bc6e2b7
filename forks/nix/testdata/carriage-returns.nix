# carriage returns
{
	a = "x
y";
  b = ''
    z
  '';
}
