namespace IncidentTools.Module.Tests.Scripting;

/// <summary>What an expression gives, where our rules are not PowerShell's, and what it says when there is no value.</summary>
public class ExpressionTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 9, 0, 0, TimeSpan.Zero);

    private static readonly Dictionary<string, object?> Roots = new()
    {
        ["params"] = new Dictionary<string, object?>
        {
            ["window"] = TimeSpan.FromMinutes(30), ["count"] = 3L, ["ratio"] = 2.5, ["name"] = "Web-01", ["flag"] = true, ["off"] = false, ["none"] = null, ["hosts"] = new List<object?> { "a", "b", "c" }, ["empty"] = new List<object?>(),
            ["day"] = new DateOnly(2026, 11, 1), ["500"] = "five hundred",
        },
        ["steps"] = new Dictionary<string, object?> { ["http"] = new Dictionary<string, object?> { ["status"] = "Fail", ["error"] = "DnsFailure", ["value"] = new Dictionary<string, object?> { ["status"] = 503L, ["latency"] = TimeSpan.FromMilliseconds(1500) } } },
        ["incident"] = new Dictionary<string, object?> { ["id"] = "INC-1", ["declaredAt"] = Now.AddMinutes(-10) },
        ["now"] = Now,
        ["object"] = new Version(1, 2),
        ["thing"] = new object(),
    };

    private static object? Value(string text) => PackagedModule.Evaluate(text, Roots);

    private static string Failure(string text)
    {
        var error = Assert.Throws<IncidentToolsException>(() => Value(text));
        Assert.Equal("ExpressionFailed", error.ErrorId);
        return error.Message;
    }

    [Theory]
    [InlineData("$steps.http.error -eq 'dnsfailure'", true)]
    [InlineData("$steps.http.error -ceq 'dnsfailure'", false)]
    [InlineData("$steps.http.value.status -ge 500 -and $params.flag", true)]
    [InlineData("$STEPS.Http.Value.STATUS", 503L)]
    [InlineData("$steps['http'].value['status'] + 1", 504L)]
    [InlineData("$params.hosts.count", 3L)]
    [InlineData("$params.hosts.first + $params.hosts.last", "ac")]
    [InlineData("$params.hosts[-1]", "c")]
    [InlineData("$params.name.count", 6L)]
    [InlineData("$params.name[0]", "W")]
    [InlineData("$params.500", "five hundred")]
    [InlineData("$params['500']", "five hundred")]
    [InlineData("$params.flag ? 'yes' : 'no'", "yes")]
    [InlineData("$params.none ?? 'x'", "x")]
    [InlineData("$params.missing ?? $params.none ?? 'y'", "y")]
    [InlineData("($steps.never.value.x) ?? 1", 1L)]
    [InlineData("$params.hosts[7] ?? 'none'", "none")]
    [InlineData("$params.empty.first ?? 'none'", "none")]
    [InlineData("$nowhere.at.all ?? 'none'", "none")]
    [InlineData("$params.none -eq $null", true)]
    [InlineData("$null -ne $params.name", true)]
    [InlineData("\"$($incident.id) is `\"open`\" for $($params.count) \"\"hosts\"\": `$5 `u{41}\"", "INC-1 is \"open\" for 3 \"hosts\": $5 A")]
    [InlineData("\"$now\"", "2026-11-01T09:00:00.000000Z")]
    [InlineData("'{0} {1:N1} {2,5}|' -f $params.window, $params.ratio, 'x'", "30m 2.5     x|")]
    [InlineData("'{0}' -f $now", "2026-11-01T09:00:00.000000Z")]
    [InlineData("-join (1..3)", "123")]
    [InlineData("$params.hosts -join ', '", "a, b, c")]
    [InlineData("($params.hosts -ne 'b') -join ''", "ac")]
    [InlineData("'b' -in $params.hosts", true)]
    [InlineData("$params.hosts -notcontains 'd'", true)]
    [InlineData("@{ a = 1; 'b c' = $params.count }.'b c'", 3L)]
    [InlineData("@{ configuration = 'using' }.configuration", "using")]
    [InlineData("'the configuration is in using' -like '*configuration*'", true)]
    [InlineData("7 / 2", 3.5)]
    [InlineData("6 / 2", 3L)]
    [InlineData("9223372036854775807 + 1", 9223372036854775808d)]
    [InlineData("100000 * 100000", 10000000000L)]
    [InlineData("1kb + 0x10", 1040L)]
    [InlineData("$params.count # }} why", 3L)]
    [InlineData("1 <# ; Get-Process #> + 1", 2L)]
    [InlineData("$params.flag -and\n  $params.count -eq 3", true)]
    public void Values(string text, object expected) => Assert.Equal(expected, Value(text));

    [Theory]
    [InlineData("$now - $incident.declaredAt -gt '5m'", true)]
    [InlineData("$now - $incident.declaredAt -lt $params.window", true)]
    [InlineData("$steps.http.value.latency -gt '1s'", true)]
    [InlineData("'2s' -gt $steps.http.value.latency", true)]
    [InlineData("$params.window -eq '30m'", true)]
    [InlineData("$params.window * 2 -eq '1h'", true)]
    [InlineData("2 * $params.window -eq '1h'", true)]
    [InlineData("$params.window / 2 -eq '15m'", true)]
    [InlineData("$params.window / '10m'", 3d)]
    [InlineData("$params.window + '30s' -eq '30m30s'", true)]
    [InlineData("-$params.window -lt '0s'", true)]
    [InlineData("$now -gt '2026-10-31T23:00:00Z'", true)]
    [InlineData("$now - '1h' -eq '2026-11-01T09:00:00+01:00'", true)]
    [InlineData("$now - '2026-11-01T08:00:00Z' -eq '1h'", true)]
    [InlineData("$params.day + '1d' -eq '2026-11-02'", true)]
    [InlineData("$params.day - '2026-10-31' -eq '1d'", true)]
    public void Times_and_durations(string text, object expected) => Assert.Equal(expected, Value(text));

    /// <summary>What PowerShell would answer by accident.</summary>
    [Theory]
    [InlineData("$params.none -lt 5", "no value on its left")]
    [InlineData("5 -gt $params.none", "no value on its right")]
    [InlineData("'10' -gt 9", "no order")]
    [InlineData("9 -lt '10'", "0 + $x makes a number")]
    [InlineData("$params.flag -gt $params.off", "no order")]
    [InlineData("$params.off -eq 'false'", "without quotes")]
    [InlineData("$params.flag -eq 1", "does not compare")]
    [InlineData("$params.name -and $params.flag", "takes true or false")]
    [InlineData("-not $params.name", "takes true or false")]
    [InlineData("$params.count ? 1 : 2", "takes true or false")]
    [InlineData("$params.none + 1", "no value to calculate")]
    [InlineData("'x' + $params.none", "no value to put into a text")]
    [InlineData("\"x $($params.none)\"", "no value to put into a text")]
    [InlineData("$params.none -notmatch 'error'", "no value to look at")]
    [InlineData("$params.none -notlike '*error*'", "no value to look at")]
    [InlineData("($params.hosts + $null) -join ','", "cannot be joined")]
    [InlineData("'{0}' -f $params.none", "no value to put")]
    [InlineData("'x' -in 'xyz'", "is not a list")]
    [InlineData("$params.name -eq $params.hosts", "-in or -contains")]
    [InlineData("1 + ''", "is not a number")]
    [InlineData("1 / 0", "divided by zero")]
    [InlineData("1 % 0", "divided by zero")]
    [InlineData("1 / 0.0", "divided by zero")]
    [InlineData("$params.window -gt '30'", "not a duration")]
    [InlineData("$params.window + 5", "not a duration")]
    [InlineData("$now -gt '2026-10-31'", "not a time with its offset")]
    [InlineData("$params.day + '1h'", "whole day")]
    [InlineData("$now + '600000w'", "out of range")]
    public void What_PowerShell_would_answer_by_accident_is_an_error(string text, string message) => Assert.Contains(message, Failure(text), StringComparison.Ordinal);

    [Theory]
    [InlineData("$params.nmae", "there is no 'nmae' in $params; did you mean name?")]
    [InlineData("$parms.name", "there is no $parms here; did you mean $params?")]
    [InlineData("$steps.http.value.sttus -eq 1", "did you mean status?")]
    [InlineData("$params.none.x", "$params.none is nothing")]
    [InlineData("$params.hosts[3]", "has 3 items")]
    [InlineData("$params.empty.first", "is empty")]
    [InlineData("$params.hosts.length", "write .count")]
    [InlineData("$params.name.Length", "write .count")]
    [InlineData("$now.Year", "which has no 'Year'")]
    [InlineData("$params.window.TotalSeconds", "which has no 'TotalSeconds'")]
    [InlineData("$params.Keys", "there is no 'Keys'")]
    [InlineData("$params.hosts.name", "only .count, .first and .last")]
    [InlineData("$params.count.MaxValue", "which has no")]
    [InlineData("($params.nmae + 1) ?? 2", "there is no 'nmae'")]
    [InlineData("$params.hosts[$params.nmae] ?? 2", "there is no 'nmae'")]
    [InlineData("$thing", "not plain data")]
    [InlineData("\"$params\"", "a map has no text")]
    public void What_does_not_exist_is_an_error(string text, string message) => Assert.Contains(message, Failure(text), StringComparison.Ordinal);

    [Fact]
    public void A_value_that_is_no_plain_data_but_has_a_text_is_its_text() => Assert.Equal("1.2", Value("$object"));

    [Fact]
    public void The_error_names_the_line_and_its_column()
    {
        var message = Failure("$params.flag -and\n  $params.nmae -eq 1");
        Assert.Contains("'  $params.nmae -eq 1'", message, StringComparison.Ordinal);
        Assert.Contains("column 3:", message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_right_side_is_not_looked_at_when_the_left_one_decides()
    {
        Assert.False((bool)Value("$params.off -and $params.nmae")!);
        Assert.True((bool)Value("$params.flag -or $params.nmae")!);
        Assert.Equal(1L, Value("$params.flag ? 1 : $params.nmae"));
    }

    [Fact]
    public void Case_sensitive_order_is_ordinal()
    {
        Assert.True((bool)Value("'B' -clt 'a'")!);
        Assert.False((bool)Value("'B' -lt 'a'")!);
        Assert.False((bool)Value("'ß' -eq 'ss'")!);
    }

    [Fact]
    public void A_runbook_is_read_with_it()
    {
        using var host = new ModuleHost();
        var file = Path.Combine(host.Folder, "book.yaml");
        File.WriteAllText(file, """
            schema: incidenttools/runbook/v1
            id: book
            version: 1.0.0
            title: Book
            steps:
              - id: one
                phase: verify
                uses: manual
                when: '$now.Year -eq 2026 -and (Get-Date)'
                with: { instruction: 'It is ${{ @{ a = @{ b = "}}" }}.a.b }} and ${{ $stps.x }}' }
            """);
        var findings = host.Run($"(Test-Runbook -Path '{file}' -ErrorAction SilentlyContinue).Findings").Select(item => $"{item.Properties["Line"].Value}:{item.Properties["Column"].Value} {item.Properties["Message"].Value}").ToList();
        Assert.Contains("9:37 a command (Get-Date) is not run by an expression", findings);
        Assert.Contains(findings, text => text.StartsWith("10:74 ", StringComparison.Ordinal) && text.Contains("$stps", StringComparison.Ordinal));
    }

    [Fact]
    public void References_are_reported_with_their_places()
    {
        var (errors, references) = PackagedModule.Inspect("$params.a -eq ($steps.http.value.x ?? $vars.b) -and $item['k'].z -in $service.list[0].y");
        Assert.Empty(errors);
        Assert.Equal([("a.x", true), ("b.y", true), ("c.z", false)], PackagedModule.Inspect("$a.x ?? $b.y ?? $c.z").References.OrderBy(item => item.Offset).Select(item => (item.Path, item.Optional)));
        Assert.Equal([("params.a", 0, false), ("steps.http.value.x", 15, true), ("vars.b", 38, false), ("item.k.z", 52, false), ("service.list", 69, false)], references.OrderBy(item => item.Offset));
    }
}
