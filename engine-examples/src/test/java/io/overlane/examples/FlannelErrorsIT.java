// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.FlannelHost;
import io.overlane.examples.lab.FlannelLab;
import io.overlane.examples.lab.PacketPipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One clear line for each thing that keeps a node from starting; waiting that can be seen. */
@Tag("control-plane")
@Timeout(300)
class FlannelErrorsIT
{
    private static final int TIMEOUT_S = 120;

    @TempDir
    private Path directory;

    @AutoClose
    private FlannelLab lab;

    /** One for each rule; every member and bound is in NetworkConfigTest. */
    @Test
    void shouldAskAgainWhileTheConfigurationIsWrong()
    {
        lab = FlannelLab.openOrSkip(directory, "{}");
        final FlannelHost node = lab.addNode(1);
        final Map<String, String> wrong = new LinkedHashMap<>();
        wrong.put("{'Network':'10.5.0.0/16'", "network configuration");
        wrong.put("{'Network':'10.5.0.0/33'}", "10.5.0.0/33");
        wrong.put("{'Network':'10.5.0.0/29'}", "Network=10.5.0.0/29: too small");
        wrong.put("{'Network':'10.5.0.0/16','SubnetLen':31}", "SubnetLen=31");
        wrong.put("{'Network':'10.5.0.0/16','SubnetMin':'10.6.1.0'}", "SubnetMin=10.6.1.0 is outside");
        wrong.put("{'Network':'10.5.0.0/16','SubnetMax':'10.5.1.7'}", "SubnetMax=10.5.1.7 is not the base of a /24");
        wrong.put("{'Network':'10.5.0.0/16','SubnetMin':'10.5.9.0','SubnetMax':'10.5.3.0'}",
            "SubnetMin=10.5.9.0 is above SubnetMax=10.5.3.0");
        wrong.put("{'Network':'192.0.0.0/20'}", "Network=192.0.0.0/20 contains this node's address 192.0.2.1");
        wrong.put("{'Network':'192.0.2.128/25'}", "contains the registry's address 192.0.2.254");
        wrong.put("{'Network':'10.5.0.0/16','EnableIPv6':true}", "IPv6Network is missing");
        wrong.put("{'EnableIPv4':false,'EnableIPv6':true,'IPv6Network':'fd05::/48'}", "EnableIPv4=false");
        wrong.forEach((config, why) ->
        {
            lab.put("/config", config.replace('\'', '"'));
            node.launch().awaitEvent("trying again in 1 s", TIMEOUT_S);
            assertTrue(node.process().stdout().stream().anyMatch(line -> line.contains("network configuration: ") &&
                line.contains(why) && line.endsWith("; trying again in 1 s")), () -> why + node.process().stdout());
            node.stop();
        });
        node.launch().awaitEvent("trying again in 2 s", TIMEOUT_S);
        lab.put("/config", "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"host-gw\"}}");
        node.awaitReady();
        node.stop();
    }

    @Test
    void shouldRefuseAnImpossibleBackendInOneLine()
    {
        lab = FlannelLab.openOrSkip(directory, "{}");
        final FlannelHost node = lab.addNode(1);
        final Map<String, String> wrong = new LinkedHashMap<>();
        wrong.put("{'Network':'10.5.0.0/16','Backend':{'Type':'ipsec'}}", "'ipsec' is not supported");
        wrong.put("{'Network':'10.5.0.0/16','Backend':{}}", "the backend has no Type");
        wrong.put("{'Network':'10.5.0.0/16','Backend':{'Type':'vxlan','GBP':true}}", "GBP=true");
        wrong.put("{'Network':'10.5.0.0/16','Backend':{'Type':'vxlan','Learning':true}}", "Learning=true");
        wrong.put("{'Network':'10.5.0.0/16','Backend':{'Type':'vxlan','VNI':16777216}}", "VNI=16777216");
        wrong.put("{'Network':'10.5.0.0/16','Backend':{'Type':'vxlan','VNI':-1}}", "VNI=-1");
        wrong.put("{'Network':'10.5.0.0/16','Backend':{'Type':'udp','Port':'8285'}}", "Port=");
        wrong.forEach((config, why) ->
        {
            lab.put("/config", config.replace('\'', '"'));
            assertRefused(node.launch(), why);
        });
    }

    @Test
    void shouldRefuseWhatTheHostCannotDo()
    {
        lab = FlannelLab.openOrSkip(directory, "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}");
        final FlannelHost node = lab.addNode(1);
        assertRefused(node.launch("--iface", "none"), "there is no interface none");
        assertRefused(node.launch("--etcd-api", "v2"), "does not support version 2");
        node.host().ip("link add flannel.1 type bridge");
        assertRefused(node.launch(), "flannel.1");
        node.host().ip("link del flannel.1");
        final PacketPipe other = PacketPipe.udp(node.host(), directory, 8472);
        assertRefused(node.launch(), "8472");
        other.close();
    }

    @Test
    void shouldRefuseSubnetFileThatCannotBeWritten() throws IOException
    {
        lab = FlannelLab.openOrSkip(directory, "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}");
        final FlannelHost node = lab.addNode(1);
        final String nowhere = "/proc/nowhere/subnet.env";
        assertRefused(node.launch("--subnet-file", nowhere), "cannot write " + nowhere);
        assertTrue(!node.host().hasDevice("flannel.1"), "nothing stays behind");
        final String isDirectory = Files.createDirectory(directory.resolve("a-directory")).toString();
        assertRefused(node.launch("--subnet-file", isDirectory), "cannot write " + isDirectory + ": it is a directory");
        final String belowFile = Files.writeString(directory.resolve("a-file"), "").resolve("subnet.env").toString();
        assertRefused(node.launch("--subnet-file", belowFile), "cannot write " + belowFile);
    }

    @Test
    void shouldReplaceSubnetFileThatMakesNoSense() throws IOException
    {
        lab = FlannelLab.openOrSkip(directory, "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"host-gw\"}}");
        final FlannelHost node = lab.addNode(1);
        Files.createDirectories(node.subnetFile().getParent());
        Files.writeString(node.subnetFile(), "FLANNEL_SUBNET=every one\n\u0000");
        node.launch().awaitReady();
        assertTrue(node.hasEvent(node.subnetFile() + " has no subnet of an earlier run"),
            () -> node.process().stdout().toString());
        assertTrue(node.subnet().startsWith("10.5."), node.subnet());
        node.stop();
    }

    @Test
    void shouldWaitForConfigurationLongerAndLonger()
    {
        lab = FlannelLab.openOrSkip(directory, "");
        final FlannelHost node = lab.addNode(1).launch(
            "--healthz-port", "8471", "--healthz-ip", "127.0.0.1", "--http", "9101");
        node.awaitEvent("no network configuration in /coreos.com/network/config; trying again in 1 s", TIMEOUT_S);
        node.awaitEvent("trying again in 2 s", TIMEOUT_S);
        assertTrue(health(node, "healthz").contains("flanneld is running"), "healthy");
        assertTrue(health(node, "readyz").contains("flanneld is not ready yet"), "not ready");
        final String waiting = answer(node, 9101, "healthz");
        assertTrue(waiting.contains(" 503 ") && waiting.contains("waiting for the network's configuration"), waiting);
        assertTrue(answer(node, 9101, "api/stats").contains("{\"error\":\"this node has no lease yet\"}"));
        lab.put("/config", "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"host-gw\"}}");
        node.awaitReady();
        assertTrue(health(node, "readyz").contains("flanneld is ready"), "ready");
        assertTrue(answer(node, 9101, "healthz").contains(" 200 "));
        assertTrue(answer(node, 9101, "api/flannel/leases").contains("\"backend\":\"host-gw\""));
        assertTrue(answer(node, 9101, "metrics").contains("jvm_memory_used_bytes"));
        node.stop();
    }

    private static String health(final FlannelHost node, final String resource)
    {
        return answer(node, 8471, resource);
    }

    private static String answer(final FlannelHost node, final int port, final String resource)
    {
        final String request = "exec 3<>/dev/tcp/127.0.0.1/" + port + "; " +
            "printf 'GET /" + resource + " HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3";
        return node.host().run("bash", "-c", request).orFail().output();
    }

    @Test
    void shouldSayThatEtcdCannotBeReachedAndStopWhileWaiting()
    {
        lab = FlannelLab.openOrSkip(directory, "");
        final FlannelHost node = lab.addNode(1).launch("--etcd-endpoints", "http://192.0.2.254:2399");
        node.awaitEvent("etcd: http://192.0.2.254:2399: cannot connect", TIMEOUT_S);
        node.awaitEvent("trying again in 1 s", TIMEOUT_S);
        node.awaitEvent("trying again in 2 s", TIMEOUT_S);
        node.awaitEvent("trying again in 4 s", TIMEOUT_S);
        node.process().awaitProgress("waiting for the network's configuration", TIMEOUT_S);
        final CommandResult result = node.stop();
        assertTrue(result.stderr().isEmpty(), result::toString);
    }

    private static void assertRefused(final FlannelHost node, final String why)
    {
        assertOneLine(node.process().await(TIMEOUT_S), why);
    }

    private static void assertOneLine(final CommandResult result, final String why)
    {
        assertEquals(1, result.status(), result::toString);
        assertEquals(1, result.stderr().size(), result::toString);
        assertTrue(result.stderr().get(0).contains(why), result::toString);
        assertTrue(!result.output().contains("Exception"), result::toString);
    }
}
