package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.FlannelHost;
import io.overlane.examples.lab.FlannelLab;
import io.overlane.examples.lab.LabProcess;
import io.overlane.flannel.etcd.EtcdServer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One clear line for each thing that keeps a node from starting; waiting that can be seen. */
@Timeout(300)
class FlannelErrorsIT
{
    private static final int TIMEOUT_S = 30;

    @TempDir
    private Path directory;

    private FlannelLab lab;

    @AfterEach
    void closeLab()
    {
        if (lab != null)
        {
            lab.close();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{\"Network\":\"10.5.0.0/16\"                                                     | network configuration",
        "{\"Network\":\"10.5.0.0/33\"}                                                    | 10.5.0.0/33",
        "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"ipsec\"}}                   | 'ipsec' is not supported",
        "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"vxlan\",\"GBP\":true}}      | GBP=true",
        "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"vxlan\",\"Learning\":true}} | Learning=true"})
    void shouldRefuseConfigurationInOneLine(final String config, final String why)
    {
        lab = FlannelLab.openOrSkip(directory, config);
        assertRefused(lab.addNode(1).launch(), why);
    }

    @Test
    void shouldRefuseWhatTheHostCannotDo()
    {
        lab = FlannelLab.openOrSkip(directory, "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}");
        final FlannelHost node = lab.addNode(1);
        assertRefused(node.launch("--subnet-file", "/proc/nowhere/subnet.env"), "/proc/nowhere");
        assertTrue(!node.host().hasDevice("flannel.1"), "nothing stays behind");
        assertRefused(node.launch("--iface", "none"), "there is no interface none");
        node.host().ip("link add flannel.1 type bridge");
        assertRefused(node.launch(), "flannel.1");
    }

    @Test
    void shouldWaitForConfigurationLongerAndLonger()
    {
        lab = FlannelLab.openOrSkip(directory, "");
        final FlannelHost node = lab.addNode(1).launch("--healthz-port", "8471", "--healthz-ip", "127.0.0.1");
        node.awaitEvent("no network configuration in /coreos.com/network/config; trying again in 1 s", TIMEOUT_S);
        node.awaitEvent("trying again in 2 s", TIMEOUT_S);
        assertTrue(health(node, "healthz").contains("flanneld is running"), "healthy");
        assertTrue(health(node, "readyz").contains("flanneld is not ready yet"), "not ready");
        lab.put("/config", "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"host-gw\"}}");
        node.awaitReady();
        assertTrue(health(node, "readyz").contains("flanneld is ready"), "ready");
        node.stop();
    }

    private static String health(final FlannelHost node, final String resource)
    {
        final String request = "exec 3<>/dev/tcp/127.0.0.1/8471; " +
            "printf 'GET /" + resource + " HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3";
        return node.host().run("bash", "-c", request).orFail().output();
    }

    @Test
    void shouldSayThatEtcdCannotBeReachedAndStopWhileWaiting()
    {
        lab = FlannelLab.openOrSkip(directory, "");
        final FlannelHost node = lab.addNode(1).launch("--etcd-endpoints", "http://192.0.2.254:2399");
        node.awaitEvent("http://192.0.2.254:2399", TIMEOUT_S);
        node.awaitEvent("trying again in 2 s", TIMEOUT_S);
        final CommandResult result = node.stop();
        assertTrue(result.stderr().isEmpty(), result::toString);
    }

    @Test
    void shouldRefuseCertificateThatNobodyVouchesFor()
    {
        lab = FlannelLab.openOrSkip(directory, "");
        final Path key = directory.resolve("key.pem");
        final Path certificate = directory.resolve("cert.pem");
        LabProcess.start(List.of("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
            "/CN=etcd", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key.toString(), "-out",
            certificate.toString())).await(TIMEOUT_S).orFail();
        try (EtcdServer etcd = EtcdServer.withTls(
            directory.resolve("tls"), "--cert-file", certificate.toString(), "--key-file", key.toString()))
        {
            final CommandResult result = LabProcess.start(Bridge.command(List.of(), "flannel",
                List.of("--etcd-endpoints", etcd.endpoint()))).await(TIMEOUT_S);
            assertOneLine(result, etcd.endpoint());
        }
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
