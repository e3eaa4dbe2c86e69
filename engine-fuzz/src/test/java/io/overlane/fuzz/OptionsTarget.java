// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.cli.Main;
import io.overlane.cli.OneLineErrors;
import io.overlane.cli.bridge.plan.BridgeOptions;
import io.overlane.cli.bridge.plan.BridgePlanner;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The words of a command line, separated by blanks: they are parsed, and those of {@code tun-bridge} planned. */
final class OptionsTarget implements FuzzTarget
{
    private static final Pattern BLANKS = Pattern.compile("[ \n]+");

    private final CommandLine main = Main.commandLine();

    @Override
    public void accept(final byte[] input)
    {
        final String[] words = BLANKS.split(Input.text(input).strip());
        if (List.of(words).stream().anyMatch(word -> word.startsWith("@")))
        {
            // The name of a file with further words.
            return;
        }
        try
        {
            main.parseArgs(words);
        }
        catch (final ParameterException ex)
        {
            final String line = OneLineErrors.message(ex);
            assertTrue(!line.isBlank() && line.lines().count() == 1, line);
            assertTrue(!line.contains("Exception") || Input.text(input).contains("Exception"), line);
            return;
        }
        if ("tun-bridge".equals(words[0]))
        {
            plan((BridgeOptions)main.getSubcommands().get("tun-bridge").getMixins().get("options"));
        }
    }

    private static void plan(final BridgeOptions options)
    {
        try
        {
            BridgePlanner.plan(options, new PlainHost());
        }
        catch (final IllegalArgumentException ex)
        {
            // Blanks of other kinds are replaced when the command prints the message.
            Input.assertOneLine(new IllegalArgumentException(OneLineErrors.message(ex), ex));
        }
    }

    @Override
    public List<byte[]> seeds()
    {
        return Input.ofEach(
            "tun-bridge --vni 42 --local 192.0.2.1 --peer 192.0.2.7,mac=02:00:00:00:00:07,subnet=10.5.2.0/24",
            "tun-bridge --mode ip-udp --local 192.0.2.1 --peer 192.0.2.7:8285,subnet=10.5.2.0/24 --mtu 1400",
            "tun-bridge --vni 1 --learning --proxy --flood-limit port=100 --accept-from known --source-ports 1000-2000",
            "tun-bridge --config /nowhere.yaml --stats 5", "flannel --etcd-endpoints http://127.0.0.1:2379 --ip-masq",
            "ctl -j fdb show vni 42", "replay /nowhere.pcap --vni 7", "top --socket /nowhere", "--help",
            "tun-bridge --device tap0 --underlay nio --queues 2 --vlan 7 --group 239.1.1.1 --ttl 4 --tos inherit");
    }
}
