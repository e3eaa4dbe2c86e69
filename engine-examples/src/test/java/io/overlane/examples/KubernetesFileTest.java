// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.flannel.host.file.CniConfig;
import io.overlane.flannel.lease.NetworkConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** {@code deploy/kubernetes/overlane-flannel.yml}, read by a YAML library, by the commands and by {@code kubectl}. */
class KubernetesFileTest
{
    private static final Path FILE = Path.of("..", "deploy", "kubernetes", "overlane-flannel.yml");

    @TempDir
    private Path directory;

    @Test
    void shouldStartTheNodeWithOptionsThatItHas() throws IOException
    {
        final List<String> words = new ArrayList<>(list(container(), "command"));
        words.addAll(list(container(), "args"));

        assertEquals("/opt/overlane/bin/overlane", words.get(0));
        assertNotNull(Main.commandLine().parseArgs(words.subList(1, words.size()).toArray(new String[0])));
        assertTrue(words.contains("--healthz-port=8081"), words::toString);
        for (final String probe : List.of("livenessProbe", "readinessProbe"))
        {
            assertEquals("healthz", map(map(container(), probe), "httpGet").get("port"));
        }
        assertEquals(8081, map(container(), "ports", 0).get("containerPort"));
    }

    @Test
    void shouldHaveConfigurationsThatANodeReads() throws IOException
    {
        final Map<?, ?> data = map(document("ConfigMap"), "data");
        final NetworkConfig network = NetworkConfig.parseNetworks((String)data.get("net-conf.json"));

        assertEquals("vxlan", network.backendType());
        assertTrue(network.enableNfTables(), "the image has nft, not iptables");
        assertEquals(
            CniConfig.toText("cbr0", Path.of("/run/flannel/subnet.env")), data.get("cni-conf.json"));
    }

    /** {@code kubectl set} reads into the API's types, and leaves out what they do not have. */
    @Test
    void shouldHaveOnlyFieldsThatKubectlKnows() throws IOException, InterruptedException
    {
        final Object daemons = document("DaemonSet");
        final Path file = Files.writeString(
            directory.resolve("daemons.yml"), new Dump(DumpSettings.builder().build()).dumpToString(daemons));
        final Process kubectl;
        try
        {
            kubectl = new ProcessBuilder(
                "kubectl", "set", "env", "--local", "-f", file.toString(), "PROBE=1", "-o", "yaml").start();
        }
        catch (final IOException ex)
        {
            assumeTrue(false, "needs kubectl (Debian: kubernetes-client)");
            return;
        }
        kubectl.getOutputStream().close();
        final String output = new String(kubectl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        final String errors = new String(kubectl.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

        assertEquals(0, kubectl.waitFor(), errors);
        assertKept(daemons, new Load(LoadSettings.builder().build()).loadFromString(output), "");
    }

    private static void assertKept(final Object wanted, final Object actual, final String place)
    {
        if (wanted instanceof Map<?, ?> map)
        {
            map.forEach((key, value) -> assertKept(value, ((Map<?, ?>)actual).get(key), place + "/" + key));
        }
        else if (wanted instanceof List<?> list)
        {
            for (int i = 0; i < list.size(); i++)
            {
                assertKept(list.get(i), ((List<?>)actual).get(i), place + "/" + i);
            }
        }
        else
        {
            assertEquals(wanted, actual, place);
        }
    }

    private static Map<?, ?> container() throws IOException
    {
        return map(map(map(map(document("DaemonSet"), "spec"), "template"), "spec"), "containers", 0);
    }

    private static Map<?, ?> document(final String kind) throws IOException
    {
        for (final Object document : new Load(LoadSettings.builder().build()).loadAllFromString(Files.readString(FILE)))
        {
            if (document instanceof Map<?, ?> map && kind.equals(map.get("kind")))
            {
                return map;
            }
        }
        throw new AssertionError("no " + kind + " in " + FILE);
    }

    private static Map<?, ?> map(final Map<?, ?> parent, final String key)
    {
        return (Map<?, ?>)parent.get(key);
    }

    private static Map<?, ?> map(final Map<?, ?> parent, final String key, final int index)
    {
        return (Map<?, ?>)((List<?>)parent.get(key)).get(index);
    }

    @SuppressWarnings("unchecked")
    private static List<String> list(final Map<?, ?> parent, final String key)
    {
        return (List<String>)parent.get(key);
    }
}
