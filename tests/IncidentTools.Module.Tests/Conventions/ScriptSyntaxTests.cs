using System.Management.Automation.Language;
using System.Xml.Linq;

namespace IncidentTools.Module.Tests.Conventions;

/// <summary>Every script, data file and view that is shipped or run by us, read by PowerShell's own parser.</summary>
public class ScriptSyntaxTests
{
    private static IEnumerable<string> Files(string pattern) =>
        new[] { "examples", "module", "runbooks", "tests" }.Select(folder => RepoRoot.Combine(folder)).Where(Directory.Exists)
            .SelectMany(folder => Directory.GetFiles(folder, pattern, SearchOption.AllDirectories))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Concat(Directory.GetFiles(RepoRoot.Path, pattern));

    [Fact]
    public void Scripts_parse()
    {
        var scripts = Files("*.ps1").ToArray();
        Assert.Contains(scripts, file => file.EndsWith(".Tests.ps1", StringComparison.Ordinal));
        foreach (var file in scripts)
        {
            Parser.ParseFile(file, out _, out var errors);
            Assert.True(errors.Length == 0, $"{file}({errors.FirstOrDefault()?.Extent.StartLineNumber}): {errors.FirstOrDefault()?.Message}");
        }
    }

    [Fact]
    public void Data_files_are_data_and_nothing_else()
    {
        foreach (var file in Files("*.psd1"))
        {
            var tree = Parser.ParseFile(file, out _, out var errors);
            Assert.Empty(errors);
            // throws when anything in it would have to be run
            Assert.IsType<System.Collections.Hashtable>(tree.Find(node => node is HashtableAst, false).SafeGetValue(), exactMatch: false);
        }
    }

    [Fact]
    public void Script_blocks_of_views_parse()
    {
        var blocks = Files("*.ps1xml").SelectMany(file => XDocument.Load(file).Descendants("ScriptBlock").Select(block => (file, block.Value))).ToArray();
        Assert.NotEmpty(blocks);
        foreach (var (file, text) in blocks)
        {
            Parser.ParseInput(text, out _, out var errors);
            Assert.True(errors.Length == 0, $"{file}: {text}: {errors.FirstOrDefault()?.Message}");
        }
    }
}
