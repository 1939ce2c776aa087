using IncidentTools.Engine.Notifications;

namespace IncidentTools.Engine.Tests.Notifications;

public sealed class TemplateTests : IDisposable
{
    private readonly TempFolder _folder = new();
    public void Dispose() => _folder.Dispose();

    private (string Subject, string Body) Render(string text, Dictionary<string, object?> values)
    {
        _folder.Write("t.md", text);
        return MessageTemplate.Load("t", _folder.Path).Render(values);
    }

    private static Dictionary<string, object?> Values(object? title) => new()
    {
        ["incident"] = new Dictionary<string, object?> { ["title"] = title, ["at"] = new DateTimeOffset(2026, 11, 1, 10, 0, 0, TimeSpan.FromHours(2)), ["services"] = new List<object?> { "a", "b" }, ["none"] = null },
    };

    [Fact]
    public void Values_stand_where_their_paths_stood() => Assert.Equal(
        ("Down: Shop", "2026-11-01 08:00 UTC, a, b, –\n"),
        Render("Subject: Down: ${{ $incident.title }}\n\n${{ $incident.at }}, ${{ $incident.services }}, ${{$Incident.None}}\n", Values("Shop")));

    [Fact]
    public void A_doubled_dollar_stands_for_itself() => Assert.Equal("costs ${{ 5 }} or $5\n", Render("Subject: x\n\ncosts $${{ 5 }} or $5\n", Values("x")).Body);

    [Fact]
    public void A_value_never_becomes_markup_or_a_second_header() =>
        Assert.Equal("Shop Bcc: everybody ${{ $incident.at }}", Render("Subject: ${{ $incident.title }}\n\nx", Values("Shop\r\nBcc: everybody\n${{ $incident.at }}")).Subject);

    [Theory]
    [InlineData("Subject: x\n\nline\n${{ $incident.titel }}", 4, "no 'titel'")]
    [InlineData("Subject: ${{ $nothing }}\n\nx", 1, "no 'nothing'")]
    [InlineData("Subject: x\n\n${{ Get-Process }}", 3, "not a path")]
    [InlineData("Subject: x\n\n${{ $incident.title; rm }}", 3, "not a path")]
    [InlineData("No subject", 1, "Subject")]
    [InlineData("Subject: x\n\nline\n${{ $incident.title", 4, "not closed")]
    [InlineData("Subject: x\n\n${{ $incident }}", 3, "a map and has no text")]
    [InlineData("Subject: x\n\n${{ $incident.services.count }}", 3, "no 'count'")]
    public void A_mistake_is_an_error_with_its_line(string text, int line, string message)
    {
        var error = Assert.Throws<IncidentToolsException>(() => Render(text, Values("x")));
        Assert.Equal("TemplateInvalid", error.ErrorId);
        Assert.Contains($"t.md:{line}:", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("../t")]
    [InlineData("")]
    public void An_unknown_name_is_refused(string name)
    {
        _folder.Write("t.md", "Subject: x\n");
        Assert.Equal("TemplateNotFound", Assert.Throws<IncidentToolsException>(() => MessageTemplate.Load(name, _folder.Path)).ErrorId);
    }

    private static string Shipped => Path.Combine(RepoRoot.Require(), "runbooks", "templates");

    [Fact]
    public void Every_template_that_ships_needs_what_its_list_says_and_no_more()
    {
        var incident = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase)
        {
            ["id"] = "INC-1", ["title"] = "t", ["severity"] = "P1", ["state"] = "Open", ["class"] = "data", ["services"] = new List<object?> { "shop" }, ["commander"] = "ana", ["declaredAt"] = DateTimeOffset.UnixEpoch, ["mitigatedAt"] = null,
        };
        var all = MessageTemplate.All(Shipped).ToArray();
        Assert.Equal(Directory.GetFiles(Shipped).Length, all.Length);
        Assert.All(all, template =>
        {
            var values = template.Needs.ToDictionary(name => name, name => (object?)$"<{name}>");
            values["incident"] = incident;
            var (subject, body) = MessageTemplate.Load(template.Name, Shipped).Render(values);
            Assert.DoesNotContain("${{", subject + body, StringComparison.Ordinal);
            Assert.All(template.Needs, name => Assert.Contains($"<{name}>", subject + body, StringComparison.Ordinal));
            if (template.Needs.Count > 1) Assert.Contains(string.Join(", ", template.Needs), Assert.Throws<IncidentToolsException>(() => MessageTemplate.Load(template.Name, Shipped).Render(new Dictionary<string, object?> { ["incident"] = incident })).Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void The_notice_to_the_authority_asks_for_all_that_article_33_asks_for()
    {
        string[] needs = [.. MessageTemplate.All(Shipped).First(template => template.Name == "regulator-gdpr-33").Needs];
        Assert.All(new[] { "nature", "people", "records", "dpo", "consequences", "measures", "delay" }, name => Assert.Contains(name, needs));
        Assert.All(new[] { "nature", "consequences", "measures", "dpo", "advice" }, name => Assert.Contains(name, MessageTemplate.All(Shipped).First(template => template.Name == "individual-gdpr-34").Needs));
    }
}
