// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.admin.rule.SegmentRule;
import io.overlane.flannel.node.FlannelOptions;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Keeps {@code docs/options.md} equal to the options of the commands; writes it with {@code -Ddocs.write}. */
class OptionsReportTest
{
    private static final Path DOCUMENT = Path.of("..", "docs", "options.md");

    private static final List<String> COMMANDS =
        List.of("tun-bridge", "flannel", "mk-docker-opts", "ctl", "top", "replay", "demo");

    private static final String HOW = "docs/options.md differs from the options of the commands; write it with\n" +
        "    mvn -q test -pl engine-examples -am -Dtest=OptionsReportTest -Ddocs.write" +
        " -Dsurefire.failIfNoSpecifiedTests=false\n";

    private static final String INTRODUCTION = """
        # Options of the commands

        Generated from the commands by `OptionsReportTest`; do not edit.

        `overlane` in messages stands for `java -jar engine-examples.jar`. Every command has `--help` and `--version`.
        A value follows its option after a blank or `=`. "Repeatable" options may be given several times.
        """;

    private static final String ENVIRONMENT = """

        A switch alone means true, and `--NAME=false` turns it off. Options may also have one dash. An option that is
        not on the command line is read from a variable, `--ip-masq` from `FLANNELD_IP_MASQ`; an empty variable counts
        as not set. A wrong value ends the node with one line and exit code 2; flanneld logs a wrong variable and runs.
        """;

    @Test
    void shouldListTheOptionsOfTheCommands() throws IOException
    {
        final String text = report();
        if (System.getProperty("docs.write") != null)
        {
            Files.writeString(DOCUMENT, text, StandardCharsets.UTF_8);
        }
        assertTrue(text.equals(Files.readString(DOCUMENT, StandardCharsets.UTF_8)), HOW);
    }

    @Test
    void shouldListEveryCommand()
    {
        final List<String> others = Main.commandLine().getSubcommands().keySet().stream()
            .filter(name -> !COMMANDS.contains(name))
            .toList();
        assertEquals(List.of("generate-completion"), others);
    }

    private static String report()
    {
        final StringBuilder text = new StringBuilder(INTRODUCTION);
        for (final String name : COMMANDS)
        {
            final CommandSpec command = Main.commandLine().getSubcommands().get(name).getCommandSpec();
            text.append("\n## ").append(name).append("\n\n");
            text.append(String.join(" ", command.usageMessage().description()).replace("%n", " ")).append('\n');
            if (name.equals("flannel"))
            {
                text.append(ENVIRONMENT);
                table(text, command, "Option of flanneld", OptionsReportTest::isFlannelds);
                table(text, command, "Not in flanneld", option -> !isFlannelds(option));
            }
            else if (name.equals("tun-bridge"))
            {
                table(text, command, "Option", option -> !isRule(option));
                table(text, command, "Rule of a segment", OptionsReportTest::isRule);
            }
            else
            {
                table(text, command, "Option", option -> true);
            }
        }
        return text.toString();
    }

    private static boolean isRule(final OptionSpec option)
    {
        return Arrays.stream(SegmentRule.values()).anyMatch(rule -> option.longestName().equals("--" + rule));
    }

    private static boolean isFlannelds(final OptionSpec option)
    {
        return ((Field)option.userObject()).getDeclaringClass() == FlannelOptions.class;
    }

    private static void table(
        final StringBuilder text, final CommandSpec command, final String heading, final Predicate<OptionSpec> filter)
    {
        text.append("\n| ").append(heading).append(" | Default | Meaning |\n| --- | --- | --- |\n");
        if (filter.test(command.options().get(0)))
        {
            for (final PositionalParamSpec word : command.positionalParameters())
            {
                row(text, word.paramLabel(), String.join(" ", word.description()) + " Default: required.");
            }
        }
        for (final OptionSpec option : command.options())
        {
            if (!option.usageHelp() && !option.versionHelp() && filter.test(option))
            {
                final boolean isSwitch = option.arity().max() == 0 || option.arity().min() == 0;
                row(text, option.names()[0] + (isSwitch ? "" : " " + option.paramLabel()), description(option));
            }
        }
    }

    private static String description(final OptionSpec option)
    {
        return String.join(" ", option.description())
            .replace("${DEFAULT-VALUE}", String.valueOf(option.defaultValueString()));
    }

    private static void row(final StringBuilder text, final String name, final String description)
    {
        final int at = description.lastIndexOf("Default: ");
        assertTrue(at > 0 && description.endsWith("."), () -> name + " has no default: " + description);
        text.append("| `").append(cell(name)).append("` | ")
            .append(cell(description.substring(at + "Default: ".length(), description.length() - 1))).append(" | ")
            .append(cell(description.substring(0, at).strip())).append(" |\n");
    }

    private static String cell(final String text)
    {
        return text.replace("|", "\\|");
    }
}
