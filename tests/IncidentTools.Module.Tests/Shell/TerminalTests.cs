namespace IncidentTools.Module.Tests.Shell;

/// <summary>The shell as somebody types into it.</summary>
public sealed class TerminalTests : IDisposable
{
    private const string Prompt = "> \e[K"; // drawn, then the rest of the line cleared
    private readonly ModuleHost _host = new();
    public void Dispose() => _host.Dispose();

    [Fact]
    public void It_greets_in_three_lines_that_end_in_a_command_to_paste()
    {
        using var typist = new Typist(_host.Store);
        var lines = typist.See(Prompt).Split('\n');
        Assert.Equal(4, lines.Length);
        var command = lines[2].Trim().Split(' ')[^1];
        Assert.Equal("Get-IncidentNextStep", command);
        typist.Type(command + "\rexit 5\r");
        Assert.Equal(5, typist.Leave());
    }

    [Fact]
    public void The_prompt_shows_the_incident_and_the_clock_that_is_due_next()
    {
        _host.Run("$null = Start-Incident 'Shop is down' -Impact 1 -Urgency 1 -NoPage; Disconnect-IncidentStore");
        using var typist = new Typist(_host.Store);
        typist.See(Prompt);
        typist.Type("$null = Enter-Incident 1\r");
        Assert.Matches(@"\[INC-1 P0 ack 1?\d:[0-5]\d\] ", typist.See("] "));
        typist.See(Prompt);
        typist.Type("$null = Confirm-Incident\r");
        typist.See("[INC-1 P0 update ");
        typist.Type("Exit-Incident\r");
        typist.See("Exit-Incident\e[K");
        typist.See("\r\n");
        Assert.DoesNotContain("[INC-1", typist.See(Prompt), StringComparison.Ordinal);
    }

    [Fact]
    public void An_overdue_clock_is_red_and_says_so_in_words()
    {
        _host.Run("$null = Start-Incident 'Shop is down' -Impact 1 -Urgency 1 -NoPage -OccurredAt ([DateTimeOffset]::UtcNow.AddHours(-2)); Disconnect-IncidentStore");
        using var typist = new Typist(_host.Store);
        typist.See(Prompt);
        typist.Type("$null = Enter-Incident 1\r");
        Assert.Matches(@"\e\[31m\[INC-1 P0 \w+ late ", typist.See(" late "));
    }

    [Fact]
    public void The_prompt_survives_a_store_that_went_away()
    {
        _host.Run("$null = Start-Incident 'Shop is down' -NoPage; Disconnect-IncidentStore");
        using var typist = new Typist(_host.Store);
        typist.See(Prompt);
        typist.Type("$null = Enter-Incident 1\r");
        typist.See("[INC-1 ");
        typist.Type("$null = Disconnect-IncidentStore; Connect-IncidentStore ./nowhere/at/all.db; $env:INCIDENTTOOLS_STORE = '/proc/none.db'\r");
        typist.See(Prompt);
        typist.Type("1 + 41\r");
        typist.See("42");
    }

    [Fact]
    public void The_prompt_changes_neither_the_last_outcome_nor_the_list_of_errors()
    {
        using var typist = new Typist(_host.Store);
        typist.See(Prompt);
        typist.Type("Get-Incident 99\r");
        typist.See("There is no incident");
        typist.See(Prompt);
        typist.Type("\"was $? with $($Error.Count)\"\r");
        typist.See("was False with 1\r\n");
    }

    [Fact]
    public void Ctrl_C_ends_the_command_and_gives_up_a_line()
    {
        ShellProcess.NeedsInterrupts();
        using var typist = new Typist(_host.Store);
        typist.See(Prompt);
        typist.Type("'begun' + 1; while ($true) { }\r");
        typist.See("begun1");
        typist.Type("\u0003");
        typist.See(Prompt);
        typist.Type("not finished\u0003");
        typist.See("^C");
        typist.Type("if ($true) {\r");
        typist.See(">> ");
        typist.Type("\u0003");
        typist.See("^C");
        typist.See(Prompt);
        typist.Type("6 * 7\r");
        typist.See("42");
    }

    [Fact]
    public void Lines_can_be_edited_recalled_and_completed()
    {
        using var typist = new Typist(_host.Store);
        typist.See(Prompt);
        typist.Type("'abd'\e[D\e[D\u007fbc\u0005 + 'e'\r"); // left twice, backspace, text, end
        typist.See("\r\nabcde");
        typist.See(Prompt);
        typist.Type("\e[A\r");
        typist.See("\r\nabcde");
        typist.See(Prompt);
        typist.Type("(Get-History).Count\r");
        typist.See("\r\n2");
        typist.See(Prompt);
        typist.Type("(Get-Command Get-IncidentNextS\t).Verb\r");
        typist.See("\r\nGet");
    }

    [Fact]
    public void A_line_longer_than_the_window_stays_one_line()
    {
        using var typist = new Typist(_host.Store, columns: 50);
        typist.See(Prompt);
        typist.Type($"'{new string('x', 120)}'.Length\r");
        var drawn = typist.See("120\r\n");
        // only the greeting's, the typed line's and the result's ends
        Assert.Equal(2, drawn.Split('\n').Length - 1);
    }

    [Fact]
    public void Tables_fit_the_window_and_colours_are_for_terminals()
    {
        _host.Run($"$null = Start-Incident '{new string('t', 150)}' -NoPage; Disconnect-IncidentStore");
        using var typist = new Typist(_host.Store, columns: 90);
        typist.See(Prompt);
        typist.Type("Get-Incident\r");
        Assert.Contains("\e[", typist.See("INC-1"), StringComparison.Ordinal);
        Assert.InRange(typist.See("…").Length, 20, 90);
        using var plain = new Typist(_host.Store, colour: false);
        plain.See(Prompt);
        plain.Type("Get-Incident; Write-Host red -ForegroundColor Red; Get-Incident 99\r");
        Assert.DoesNotMatch(@"\e\[[0-9;]*m", plain.See("There is no incident"));
    }

    [Fact]
    public void Long_help_comes_page_by_page()
    {
        using var typist = new Typist(_host.Store, rows: 10);
        typist.See(Prompt);
        typist.Type("help Start-Incident\r");
        typist.See("Space: more");
        typist.Type(" ");
        typist.See("Space: more");
        typist.Type("q");
        typist.See(Prompt);
        typist.Type("6 * 7\r");
        typist.See("42");
    }
}
