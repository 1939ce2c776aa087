using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Tests.Runbooks;

public sealed class LibraryTests : IDisposable
{
    private readonly TempFolder _folder = new();
    public void Dispose() => _folder.Dispose();

    private RunbookLibrary Library => RunbookLibrary.Of(Books.Loader, Path.Combine(_folder.Path, "ops"), Path.Combine(_folder.Path, "shipped"), _folder.Path);

    private string Write(string where, string id, string title = "Title", string more = "", string? file = null) => _folder.Write(
        $"{where}/runbooks/{file ?? id}.yaml", $"schema: incidenttools/runbook/v1\nid: {id}\nversion: 1.0.0\ntitle: {title}\n{more}steps:\n  - {{ id: done, phase: verify, uses: end }}\n");

    [Fact]
    public void Without_any_folder_there_is_none()
    {
        Assert.Empty(Library.All());
        Assert.Equal("RunbookNotFound", Assert.Throws<IncidentToolsException>(() => Library.Find("x")).ErrorId);
    }

    [Fact]
    public void One_of_the_workspace_wins_over_the_shipped_one()
    {
        Write("shipped", "outage", "Theirs");
        Write("shipped", "breach", "Theirs");
        Write("ops", "outage", "Ours", file: "other-name");
        var library = Library;
        Assert.Equal([("breach", "shipped"), ("outage", "workspace")], library.All().Select(file => (file.Name, file.Origin)));
        Assert.Equal("Ours", library.Find("outage").Title);
    }

    [Fact]
    public void A_broken_one_of_the_workspace_is_an_error_and_never_replaced_by_the_shipped_one()
    {
        Write("shipped", "outage");
        Write("shipped", "breach");
        Write("ops", "outage", more: "nonsense: 1\n", file: "x");
        _folder.Write("ops/runbooks/breach.yaml", "id: [");
        Assert.Equal("RunbookInvalid", Assert.Throws<IncidentToolsException>(() => Library.Find("outage")).ErrorId);
        Assert.Equal("RunbookInvalid", Assert.Throws<IncidentToolsException>(() => Library.Find("breach")).ErrorId);
    }

    [Fact]
    public void An_unknown_id_gets_the_nearest_one_and_a_path_finds_its_file()
    {
        var path = Write("elsewhere", "own");
        Write("shipped", "service-outage");
        var error = Assert.Throws<IncidentToolsException>(() => Library.Find("servce-outage"));
        Assert.Equal("RunbookNotFound", error.ErrorId);
        Assert.Contains("Did you mean 'service-outage'?", error.Message, StringComparison.Ordinal);
        Assert.Equal("own", Library.Find(path).Id);
        Assert.Equal("own", Library.Find("elsewhere/runbooks/own.yaml").Id);
        Assert.Equal("RunbookNotFound", Assert.Throws<IncidentToolsException>(() => Library.Find("elsewhere/runbooks/no.yaml")).ErrorId);
    }

    [Fact]
    public void A_file_is_parsed_once_until_its_bytes_change()
    {
        var path = Write("ops", "outage", "Before");
        var library = Library;
        var first = library.Find("outage");
        Assert.Same(first, library.Find("outage"));
        var written = File.GetLastWriteTimeUtc(path);
        File.WriteAllText(path, first.Source.Replace("Before", "Behind", StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(path, written);
        Assert.Equal("Behind", library.Find("outage").Title);
        File.Delete(path);
        Assert.Throws<IncidentToolsException>(() => library.Find("outage"));
    }

    [Fact]
    public void Two_files_of_one_id_are_found()
    {
        Write("ops", "outage");
        var second = Write("ops", "outage", file: "outage2");
        var found = Assert.Single(Library.Inspect("workspace"));
        Assert.Equal(("IT3014", second), (found.Code, found.Span.File));
        Assert.Contains("outage.yaml", found.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("site down", "outage", "unavailable", 1.0)]
    [InlineData("The site is DOWN!", "outage", "unavailable", 1.0)]
    [InlineData("502 bad gateway", "outage", "http-5xx", 0.95)]
    [InlineData("errors 500", "outage", "http-5xx", 0.8)]
    [InlineData("database slow", "database", "slow", 0.8)]
    [InlineData("slowly locks queries", "database", "slow", 0.5)]
    [InlineData("unreachble", "outage", "unavailable", 0.6)]
    public void What_is_seen_finds_the_runbook(string text, string runbook, string symptom, double least)
    {
        Symptoms();
        var best = Library.Match(text)[0];
        Assert.Equal((runbook, symptom), (best.Name, best.Symptom));
        Assert.InRange(best.Score, least, 1);
        Assert.NotEmpty(best.Why);
    }

    [Fact]
    public void The_words_that_matched_are_named_and_others_lower_the_score()
    {
        Symptoms();
        var (sure, less) = (Library.Match("down")[0], Library.Match("coffee machine down")[0]);
        Assert.Equal(["down"], less.Why);
        Assert.True(less.Score < sure.Score);
        Assert.Empty(Library.Match("coffee"));
        Assert.Empty(Library.Match("the is a"));
        Assert.Equal("breach", Assert.Single(Library.Match("breach")).Name);
    }

    private void Symptoms()
    {
        Write("shipped", "outage", "Service outage", "symptoms:\n  - { id: unavailable, text: Service unavailable, words: [down, site, unreachable] }\n  - { id: http-5xx, text: Internal errors, words: [bad gateway] }\n");
        Write("shipped", "database", "Database issues", "symptoms:\n  - { id: slow, text: Queries are slow, words: [database slow, locking] }\n");
        Write("shipped", "breach", "Security breach");
    }
}
