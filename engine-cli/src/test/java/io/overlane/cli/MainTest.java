// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Exit codes, the one line of an error, and the help. No device is opened here: every line fails or helps before. */
class MainTest
{
    private static final String VXLAN_PEER = "192.0.2.2,mac=02:00:00:00:00:02,subnet=10.1.2.0/24";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        ""                          | no command; give one of tun-bridge, flannel, mk-docker-opts, ctl, \
        top, replay, generate-completion; --help describes them
        brigde                      | unknown command 'brigde' (try overlane --help)
        --frob                      | unknown option '--frob' (try overlane --help)
        tun-brigde                  | unknown command 'tun-brigde', did you mean tun-bridge? (try overlane --help)
        tun-bridge --gnusto         | unknown option '--gnusto' (try overlane tun-bridge --help)
        tun-bridge --floood=x       | unknown option '--floood', did you mean --flood? (try overlane tun-bridge --help)
        flannel -ip-mask            | unknown option '-ip-mask', did you mean -ip-masq? (try overlane flannel --help)
        tun-bridge frob             | unexpected argument 'frob' (try overlane tun-bridge --help)
        tun-bridge --stats -1       | --stats -1: not a number of seconds
        tun-bridge --http a:b       | --http a:b: expected an address and a port, such as 127.0.0.1:9101 or [::1]:9101
        flannel --http 1.2.3:70000  | --http 1.2.3:70000: expected an address and a port, such as 127.0.0.1:9101 or \
        [::1]:9101
        tun-bridge --vni 16777216   | --vni 16777216: outside 0...16777215
        tun-bridge --flood x        | --flood x: not an IP address: 'x'
        """)
    void shouldSayInOneLineWhatIsWrong(final String line, final String message)
    {
        final CommandRun run = CommandRun.of(line.isEmpty() ? new String[0] : line.split(" "));
        assertEquals("overlane: " + message + System.lineSeparator(), run.err());
        assertEquals("", run.out());
        assertEquals(OneLineErrors.BAD_USAGE, run.exitCode());
    }

    /** A command that needs more memory than there is. */
    @CommandLine.Command(name = "hog")
    private static final class Hog implements Runnable
    {
        @Override
        public void run()
        {
            throw new OutOfMemoryError("Java heap space");
        }
    }

    @Test
    void shouldSayInOneLineThatThereIsTooLittleMemory()
    {
        final StringWriter err = new StringWriter();
        final int exitCode = Main.commandLine()
            .addSubcommand(new Hog())
            .setErr(new PrintWriter(err, true))
            .execute("hog");
        assertEquals("overlane: out of memory (Java heap space): start the JVM with a larger -Xmx, e.g. -Xmx1g, or " +
            "with fewer segments" + System.lineSeparator(), err.toString());
        assertEquals(OneLineErrors.FAILED, exitCode);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "tun-bridge --mac x", "tun-bridge --local x", "tun-bridge --address x", "tun-bridge --address 10.0.0.0/33",
        "tun-bridge --subnet x", "tun-bridge --mode x", "tun-bridge --underlay x", "tun-bridge --source x",
        "tun-bridge --offload x", "tun-bridge --icmp-errors x", "tun-bridge --mtu x", "tun-bridge --port x",
        "tun-bridge --vni x", "tun-bridge --stats x", "tun-bridge --stats", "tun-bridge --mtu 1 --mtu 2",
        "replay --port x", "replay --port", "replay --port 99999999999"})
    void shouldNameTheOptionWhoseValueCannotBeRead(final String line)
    {
        final String[] args = line.split(" ");
        final CommandRun run = CommandRun.of(args);
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().startsWith("overlane: "), run.err());
        assertTrue(run.err().contains("'" + args[1]), run.err());
        assertTrue(run.err().endsWith(" (try overlane " + args[0] + " --help)" + System.lineSeparator()), run.err());
        assertEquals("", run.out());
        assertEquals(OneLineErrors.BAD_USAGE, run.exitCode());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        tun-bridge --source knwon   | '--source': 'knwon' is none of any, known, routed
        replay --reserved-bits x    | '--reserved-bits': 'x' is none of drop, ignore
        tun-bridge --vni abc        | '--vni': 'abc' is not a number
        tun-bridge --mtu 1500x      | '--mtu': '1500x' is not a number
        tun-bridge --mtu 9999999999 | '--mtu': '9999999999' is too large a number
        flannel --ip-masq=yes       | '--ip-masq': 'yes' is neither true nor false
        """)
    void shouldSayWhatValuesThereAreInWordsOfTheHelp(final String line, final String message)
    {
        final CommandRun run = CommandRun.of(line.split(" "));
        final String name = line.split(" ")[0];
        assertEquals(
            "overlane: Invalid value for option " + message + " (try overlane " + name + " --help)", run.err().strip());
    }

    @Test
    void shouldNotTakeAPortBehindIpv6ForPartOfTheAddress()
    {
        assertEquals(
            "overlane: --flood fd00::1:8472: 'fd00::1:8472' reads as an address without a port; write " +
                "[fd00::1]:8472, or [fd00::1:8472] if that is the address",
            CommandRun.of("tun-bridge", "--flood", "fd00::1:8472").err().strip());
    }

    @Test
    void shouldSayInOneLineThatATextIsNoPath()
    {
        assertEquals(
            "overlane: Invalid value for option '--config': Nul character not allowed: a?b (try overlane tun-bridge " +
                "--help)",
            CommandRun.of("tun-bridge", "--config", "a\u0000b").err().strip().replace('\u0000', '?'));
    }

    @Test
    void shouldSayInOneLineWhatIsWrongWithAPeer()
    {
        final CommandRun run = CommandRun.of("tun-bridge", "--peer", VXLAN_PEER + ",gateway=x");
        assertEquals("overlane: --peer " + VXLAN_PEER + ",gateway=x: not an IP address: 'x'", run.err().strip());
        assertEquals(OneLineErrors.BAD_USAGE, run.exitCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "--version", "tun-bridge --version", "mk-docker-opts --version", "generate-completion --version"})
    void shouldTellItsVersion(final String line)
    {
        final CommandRun run = CommandRun.of(line.split(" "));
        assertTrue(run.out().startsWith("overlane "), run.out());
        assertEquals(1, run.out().lines().count(), run.out());
        assertEquals("", run.err());
        assertEquals(0, run.exitCode());
    }

    @Test
    void shouldListEveryCommandInTheHelp()
    {
        final CommandRun run = CommandRun.of("--help");
        for (final String command : List.of("tun-bridge", "flannel", "mk-docker-opts", "ctl", "replay"))
        {
            assertTrue(run.out().contains("\n  " + command), run.out());
        }
        assertEquals("", run.err());
        assertEquals(0, run.exitCode());
    }

    @ParameterizedTest
    @MethodSource("commandsWithOptions")
    void shouldListEveryOptionWithItsDefault(final String command)
    {
        final CommandRun run = CommandRun.of(command, "--help");
        assertEquals("", run.err());
        assertEquals(0, run.exitCode());

        // The help breaks lines where it likes.
        final String help = withoutBlanks(run.out());
        for (final OptionSpec option : options(command))
        {
            final String description = String.join("", option.description());
            final String entry = withoutBlanks(option.longestName() + separator(option) + description);
            assertTrue(help.contains(entry), () -> option.longestName() + " is not described in " + run.out());
            assertTrue(
                option.usageHelp() || option.versionHelp() || description.contains("Default: "),
                () -> option.longestName() + " has no default: " + description);
        }
    }

    static Stream<String> commandsWithOptions()
    {
        return Stream.of("tun-bridge", "ctl", "replay");
    }

    private static List<OptionSpec> options(final String command)
    {
        final CommandLine commandLine = Main.commandLine().getSubcommands().get(command);
        return commandLine.getCommandSpec().options();
    }

    private static String separator(final OptionSpec option)
    {
        return option.arity().max() == 0 ? "" : "=" + option.paramLabel();
    }

    private static String withoutBlanks(final String text)
    {
        return text.replaceAll("\\s", "");
    }
}
