using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using IncidentTools.Engine.Execution;

namespace IncidentTools.Engine.Tests;

/// <summary>The test program itself as a small well-behaved or ill-behaved program, the same on every platform.</summary>
internal static class TestChild
{
    private const string Mark = "--be-a-test-child";

    public static ProcessRequest Request(params string[] arguments)
    {
        var own = Environment.ProcessPath!;
        var start = Path.GetFileNameWithoutExtension(own) == "dotnet" ? new[] { typeof(TestChild).Assembly.Location, Mark } : [Mark];
        return new ProcessRequest(own, [.. start, .. arguments]);
    }

    public static List<object?> CommandLine(params string[] arguments) => [.. new[] { Request().Program }.Concat(Request(arguments).Arguments)];

    [ModuleInitializer]
    internal static void Begin()
    {
        var all = Environment.GetCommandLineArgs();
        var at = Array.IndexOf(all, Mark);
        if (at is < 0 or > 2) return;
        Environment.Exit(Run(all[at + 1], all[(at + 2)..]));
    }

    private static int Run(string mode, string[] arguments)
    {
        using var output = Console.OpenStandardOutput();
        void Write(string text) => output.Write(Encoding.UTF8.GetBytes(text));
        switch (mode)
        {
            case "arguments":
                foreach (var argument in arguments) Write(Convert.ToBase64String(Encoding.Unicode.GetBytes(argument)) + "\n");
                return 0;
            case "environment":
                foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables()) Write($"{variable.Key}={variable.Value}\n");
                return 0;
            case "folder":
                Write(Environment.CurrentDirectory);
                return 0;
            case "exit":
                return int.Parse(arguments[0], CultureInfo.InvariantCulture);
            case "copy":
                using (var input = Console.OpenStandardInput()) input.CopyTo(output);
                return 0;
            case "flood":
                var line = Encoding.UTF8.GetBytes(new string('x', 99) + "\n");
                var block = Enumerable.Repeat(line, 1000).SelectMany(bytes => bytes).ToArray();
                Write("first line\n");
                using (var errors = Console.OpenStandardError())
                {
                    for (var written = 0L; written < long.Parse(arguments[0], CultureInfo.InvariantCulture); written += block.Length)
                    {
                        output.Write(block);
                        errors.Write(block);
                    }
                }
                Write("last line\n");
                return 0;
            case "sleep":
                Write("sleeping\n");
                Thread.Sleep(TimeSpan.FromSeconds(double.Parse(arguments[0], CultureInfo.InvariantCulture)));
                return 0;
            case "spin":
                Write("spinning\n");
                while (true) { }
            case "leave": // ends well, and somebody with my output stays
                var stays = Request("sleep", "300");
                using (var left = Process.Start(stays.Program, stays.Arguments)) File.WriteAllText(arguments[0], left.Id.ToString(CultureInfo.InvariantCulture));
                Write("started\n");
                return 0;
            case "tree": // so many below me; each leaves its id
                File.WriteAllText(Path.Combine(arguments[1], arguments[0]), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
                var below = int.Parse(arguments[0], CultureInfo.InvariantCulture) - 1;
                if (below >= 0)
                {
                    var request = Request("tree", below.ToString(CultureInfo.InvariantCulture), arguments[1]);
                    Process.Start(request.Program, request.Arguments);
                }
                Thread.Sleep(TimeSpan.FromMinutes(5));
                return 0;
            default:
                return 99;
        }
    }
}
