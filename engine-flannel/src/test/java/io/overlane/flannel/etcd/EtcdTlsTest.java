// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.flannel.http.PemTls;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import io.overlane.flannel.lease.SubnetKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS with certificates made by openssl here and now. */
class EtcdTlsTest
{
    @TempDir
    static Path directory;
    private static EtcdServer etcd;

    @BeforeAll
    static void start() throws Exception
    {
        assumeTrue(EtcdServer.isInstalled(), "no etcd on the path (scripts/setup.sh test)");
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test-ca",
            "-keyout", file("ca.key"), "-out", file("ca.pem"));
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=other-ca",
            "-keyout", file("other.key"), "-out", file("other.pem"));
        openssl("genpkey", "-algorithm", "RSA", "-out", file("server.key"));
        certify("server", "subjectAltName=IP:127.0.0.1");
        makeClientKeys();
        etcd = EtcdServer.withTls(directory.resolve("etcd"),
            "--cert-file", file("server.pem"), "--key-file", file("server.key"),
            "--client-cert-auth", "--trusted-ca-file", file("ca.pem"));
    }

    private static void makeClientKeys() throws Exception
    {
        openssl("genpkey", "-algorithm", "RSA", "-out", file("rsa-pkcs8.key"));
        openssl("rsa", "-traditional", "-in", file("rsa-pkcs8.key"), "-out", file("rsa-pkcs1.key"));
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", file("ec-pkcs8.key"));
        openssl("ecparam", "-name", "secp384r1", "-genkey", "-out", file("ec-sec1.key"));
        for (final String name : List.of("rsa-pkcs8", "rsa-pkcs1", "ec-pkcs8", "ec-sec1"))
        {
            certify(name, "extendedKeyUsage=clientAuth");
        }
    }

    private static void certify(final String name, final String extension) throws Exception
    {
        Files.writeString(directory.resolve(name + ".ext"), extension + "\n");
        openssl("req", "-new", "-key", file(name + ".key"), "-subj", "/CN=" + name, "-out", file(name + ".csr"));
        openssl("x509", "-req", "-in", file(name + ".csr"), "-CA", file("ca.pem"), "-CAkey", file("ca.key"),
            "-CAcreateserial", "-days", "2", "-extfile", file(name + ".ext"), "-out", file(name + ".pem"));
    }

    private static String file(final String name)
    {
        return directory.resolve(name).toString();
    }

    private static void openssl(final String... arguments) throws IOException, InterruptedException
    {
        final List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(Arrays.asList(arguments));
        final Path log = directory.resolve("openssl.log");
        final Process process = new ProcessBuilder(command).redirectErrorStream(true)
            .redirectOutput(log.toFile()).start();
        final int status = process.waitFor();
        assertEquals(0, status, command + ": " + Files.readString(log, StandardCharsets.ISO_8859_1));
    }

    @AfterAll
    static void stop()
    {
        if (etcd != null)
        {
            etcd.close();
        }
    }

    private static EtcdV3Registry registry(final String ca, final String client)
    {
        return new EtcdV3Registry(
            EtcdOptions.of(etcd.endpoint()).withTls(
                ca == null ? null : directory.resolve(ca),
                client == null ? null : directory.resolve(client + ".pem"),
                client == null ? null : directory.resolve(client + ".key")),
            notice ->
            {
            });
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa-pkcs8", "rsa-pkcs1", "ec-pkcs8", "ec-sec1"})
    void shouldTalkToEtcdWithAClientCertificate(final String client)
    {
        final EtcdV3Registry registry = registry("ca.pem", client);
        final long revision = registry.leases().revision();
        final SubnetKey key = SubnetKey.parse("10.5.1.0-24");
        final RegistryContract.Recorder recorder = new RegistryContract.Recorder();
        try (var stream = registry.changes(null, revision + 1))
        {
            registry.delete(registry.create(
                key, RegistryContract.attributes("192.0.2.1"), RegistryContract.DAY, revision));
            recorder.read(stream, 2);
        }
        assertEquals(List.of("put 10.5.1.0/24 192.0.2.1", "gone 10.5.1.0/24"), recorder.seen);
    }

    @Test
    void shouldRefuseAServerThatNobodyItTrustsVouchesFor()
    {
        final RegistryException ex =
            assertThrows(RegistryException.class, () -> registry("other.pem", "rsa-pkcs8").config());
        assertEquals(Kind.REFUSED, ex.kind());
        assertTrue(ex.getMessage().startsWith("etcd: " + etcd.endpoint() + ": "), ex.getMessage());
    }

    @Test
    void shouldSayThatEtcdWantsACertificate()
    {
        // Again and again: it is a race whether the request fails before etcd's refusal is read.
        for (int i = 0; i < 50; i++)
        {
            final RegistryException ex =
                assertThrows(RegistryException.class, () -> registry("ca.pem", null).config());
            assertTrue(ex.getMessage().startsWith("etcd: " + etcd.endpoint() +
                ": TLS failed: etcd refuses clients without a certificate ("), ex.getMessage());
            assertEquals(Kind.REFUSED, ex.kind());
        }
    }

    @Test
    void shouldNameAFileItCannotUse() throws Exception
    {
        Files.writeString(directory.resolve("empty.pem"), "nothing");
        openssl("rsa", "-aes128", "-passout", "pass:x", "-in", file("rsa-pkcs8.key"), "-out", file("locked.key"));
        assertNames("empty.pem", () -> registry("empty.pem", null));
        assertNames("missing.pem", () -> registry("missing.pem", null));
        final Path certificate = directory.resolve("rsa-pkcs8.pem");
        for (final String key : List.of("locked.key", "ca.pem"))
        {
            assertNames(key, () -> PemTls.context(null, certificate, directory.resolve(key)));
        }
    }

    private static void assertNames(final String file, final Executable executable)
    {
        final IllegalArgumentException ex = assertThrows(IllegalArgumentException.class, executable);
        assertTrue(ex.getMessage().contains(file), ex.getMessage());
    }
}
