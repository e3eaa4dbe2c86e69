// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.fuzz.FuzzTarget;
import io.overlane.fuzz.Input;
import io.overlane.fuzz.PlainHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The file of {@code tun-bridge}: plans, or one line that names a line of the file. */
public final class YamlTarget implements FuzzTarget
{
    @Override
    public void accept(final byte[] input)
    {
        final String text = Input.text(input);
        try
        {
            final ConfigFile.Contents contents = BridgeConfig.parse("fuzz.yaml", text, new PlainHost());
            final ConfigFile.Contents again = BridgeConfig.parse("fuzz.yaml", text, new PlainHost());
            assertEquals(contents.plans(), again.plans(), "the same plans each time");
        }
        catch (final IllegalArgumentException ex)
        {
            Input.assertOneLine(ex);
            assertTrue(ex.getMessage().matches("(?s)fuzz\\.yaml:[1-9]\\d*: .+"), ex::getMessage);
        }
    }

    @Override
    public List<byte[]> seeds() throws IOException
    {
        final List<byte[]> seeds = Input.ofEach(
            "vni: 42\nlocal: 192.0.2.1\nmac: 02:00:00:00:00:01\n",
            "mode: ip-udp\nlocal: 192.0.2.1\npeer:\n  - 192.0.2.7:8285,subnet=10.5.2.0/24\n",
            "local: 192.0.2.1\nsegments:\n  - vni: 1\n    learning: true\n  - vni: 2\n    device: b\n    mtu: 1400\n",
            "a: &x [1, *x]\n");
        seeds.add(Files.readAllBytes(Path.of("..", "docs", "tun-bridge.yaml")));
        return seeds;
    }
}
