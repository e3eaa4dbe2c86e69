// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.Certificates;
import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.LabProcess;
import io.overlane.flannel.etcd.EtcdServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Certificates and passwords that etcd or the node refuses: one line that says which, and the end. */
@Tag("control-plane")
@Timeout(300)
class FlannelTlsIT
{
    private static final int TIMEOUT_S = 120;
    private static final String LOOPBACK = "subjectAltName=IP:127.0.0.1";
    private static final String CLIENT = "extendedKeyUsage=clientAuth";

    @TempDir
    private static Path directory;

    private static Certificates certificates;
    private static EtcdServer etcd;

    @BeforeAll
    static void start()
    {
        assumeTrue(EtcdServer.isInstalled(), "needs etcd (Debian: etcd-server)");
        certificates = new Certificates(directory);
        certificates.addAuthority("ca");
        certificates.addAuthority("other-ca");
        certificates.add("server", "ca", LOOPBACK);
        certificates.addExpired("expired-server", "ca", LOOPBACK);
        certificates.add("elsewhere", "ca", "subjectAltName=IP:192.0.2.9");
        certificates.add("client", "ca", CLIENT);
        certificates.add("foreign", "other-ca", CLIENT);
        certificates.addExpired("expired", "ca", CLIENT);
        etcd = EtcdServer.withTls(directory.resolve("etcd"), "--cert-file", certificates.certificate("server"),
            "--key-file", certificates.key("server"), "--client-cert-auth",
            "--trusted-ca-file", certificates.certificate("ca"));
    }

    @AfterAll
    static void stop()
    {
        if (etcd != null)
        {
            etcd.close();
        }
    }

    /** On the host itself: it ends before anything of it is looked at. */
    private static CommandResult flannel(final String endpoint, final String... arguments)
    {
        return launch(endpoint, arguments).await(TIMEOUT_S);
    }

    private static LabProcess launch(final String endpoint, final String... arguments)
    {
        final List<String> all = new ArrayList<>(
            List.of("--etcd-endpoints", endpoint, "--admin", "off", "--iface", "none"));
        all.addAll(List.of(arguments));
        return LabProcess.start(Bridge.command(List.of("-Xmx128m"), "flannel", all));
    }

    private static String[] tls(final String authority, final String client)
    {
        final List<String> options = new ArrayList<>(List.of("--etcd-cafile", certificates.certificate(authority)));
        if (client != null)
        {
            options.addAll(List.of("--etcd-certfile", certificates.certificate(client),
                "--etcd-keyfile", certificates.key(client)));
        }
        return options.toArray(String[]::new);
    }

    private static void assertOneLine(final CommandResult result, final int status, final String... words)
    {
        assertEquals(status, result.status(), result::toString);
        assertEquals(1, result.stderr().size(), result::toString);
        for (final String word : words)
        {
            assertTrue(result.stderr().get(0).contains(word), result::toString);
        }
        assertTrue(!result.output().contains("Exception"), result::toString);
    }

    @Test
    void shouldGoOnWithCertificatesThatBothAccept()
    {
        try (LabProcess node = launch(etcd.endpoint(), tls("ca", "client")))
        {
            node.awaitLine("flannel: etcd: no network configuration in ", TIMEOUT_S);
        }
    }

    @Test
    void shouldNotTrustAServerThatNobodyKnownVouchesFor()
    {
        assertOneLine(flannel(etcd.endpoint()), 1, etcd.endpoint(), "TLS failed", "certification path");
        assertOneLine(flannel(etcd.endpoint(), tls("other-ca", "client")), 1, etcd.endpoint(), "TLS failed");
    }

    @ParameterizedTest
    @CsvSource({"expired-server, expired", "elsewhere, 127.0.0.1"})
    void shouldNotTrustAServer(final String server, final String why)
    {
        try (EtcdServer wrong = EtcdServer.withTls(directory.resolve(server),
            "--cert-file", certificates.certificate(server), "--key-file", certificates.key(server)))
        {
            assertOneLine(flannel(wrong.endpoint(), tls("ca", null)), 1, wrong.endpoint(), "TLS failed", why);
        }
    }

    @Test
    void shouldSayThatEtcdRefusesTheCertificate()
    {
        assertOneLine(flannel(etcd.endpoint(), tls("ca", null)), 1, etcd.endpoint(),
            "TLS failed: etcd refuses clients without a certificate");
        for (final String client : List.of("foreign", "expired"))
        {
            assertOneLine(flannel(etcd.endpoint(), tls("ca", client)), 1, etcd.endpoint(),
                "TLS failed: etcd refuses the certificate " + certificates.certificate(client));
        }
    }

    @Test
    void shouldNameFilesThatCannotBeUsed() throws Exception
    {
        final String missing = directory.resolve("missing.pem").toString();
        assertOneLine(flannel(etcd.endpoint(), "--etcd-cafile", missing), 2, "there is no file " + missing);
        final String garbage = Files.writeString(directory.resolve("garbage.pem"), "no certificate").toString();
        assertOneLine(flannel(etcd.endpoint(), "--etcd-cafile", garbage), 2, garbage, "no PEM certificate");
        assertOneLine(flannel(etcd.endpoint(), "--etcd-certfile", certificates.certificate("client")), 2,
            "--etcd-keyfile and --etcd-certfile must be given together");
    }

    @Test
    void shouldSayThatEtcdRefusesThePassword()
    {
        try (EtcdServer users = EtcdServer.onLoopback(directory.resolve("users")))
        {
            users.post("/v3/auth/user/add", "{\"name\":\"root\",\"password\":\"secret\"}");
            users.post("/v3/auth/user/grant", "{\"user\":\"root\",\"role\":\"root\"}");
            users.post("/v3/auth/enable", "{}");
            assertOneLine(flannel(users.endpoint(), "--etcd-username", "root", "--etcd-password", "wrong"), 1,
                "etcd: /v3/auth/authenticate: ", "authentication failed");
            assertOneLine(flannel(users.endpoint()), 1, "etcd: /v3/kv/range: ", "user name is empty");
        }
    }
}
