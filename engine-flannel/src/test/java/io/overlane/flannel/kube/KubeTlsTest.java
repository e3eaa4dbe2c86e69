// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.flannel.http.PemTls;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.testkit.kube.ApiServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** TLS with certificates made by openssl here and now, by a kubeconfig file and as in a pod. */
@Timeout(60)
class KubeTlsTest
{
    @TempDir
    static Path certificates;

    @TempDir
    private Path directory;
    private ApiServer server;

    @BeforeAll
    static void certify() throws Exception
    {
        for (final String authority : List.of("old", "new"))
        {
            openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                "-nodes", "-days", "2", "-subj", "/CN=" + authority + "-ca",
                "-keyout", file(authority + "-ca.key"), "-out", file(authority + "-ca.pem"));
            for (final String name : List.of("server", "client"))
            {
                final String both = authority + "-" + name;
                Files.writeString(certificates.resolve(both + ".ext"), "subjectAltName=IP:127.0.0.1\n");
                openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-subj", "/CN=" + name,
                    "-keyout", file(both + ".key"), "-out", file(both + ".csr"));
                openssl("x509", "-req", "-in", file(both + ".csr"), "-CA", file(authority + "-ca.pem"),
                    "-CAkey", file(authority + "-ca.key"), "-CAcreateserial", "-days", "2",
                    "-extfile", file(both + ".ext"), "-out", file(both + ".pem"));
            }
        }
    }

    private static String file(final String name)
    {
        return certificates.resolve(name).toString();
    }

    private static void openssl(final String... arguments) throws IOException, InterruptedException
    {
        final List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(Arrays.asList(arguments));
        final Path log = certificates.resolve("openssl.log");
        final Process process = new ProcessBuilder(command).redirectErrorStream(true)
            .redirectOutput(log.toFile()).start();
        assertEquals(0, process.waitFor(), () -> command.toString());
    }

    @BeforeEach
    void open()
    {
        server = new ApiServer();
        server.addNode("one", "10.244.1.0/24");
        server.requireToken("token");
        listen("old", new InetSocketAddress("127.0.0.1", 0));
    }

    private void listen(final String authority, final InetSocketAddress address)
    {
        server.listen(address, PemTls.context(certificates.resolve(authority + "-ca.pem"),
            certificates.resolve(authority + "-server.pem"), certificates.resolve(authority + "-server.key")));
    }

    @AfterEach
    void close()
    {
        server.close();
    }

    private static KubeClient client(final KubeAccess access)
    {
        return new KubeClient(access, KubeManagers.TIMES, new NodeAnnotations(NodeAnnotations.DEFAULT_PREFIX),
            Map.of("NODE_NAME", "one"), new Random(1));
    }

    private KubeAccess config(final String cluster, final String user) throws IOException
    {
        final Path config = Files.writeString(directory.resolve("kubeconfig"),
            "current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n" +
            "clusters: [{name: c, cluster: {server: '" + server.url() + "', " + cluster + "}}]\n" +
            "users: [{name: u, user: {" + user + "}}]\n");
        return KubeAccess.of("", config, Map.of());
    }

    private static String data(final String name) throws IOException
    {
        return Base64.getEncoder().encodeToString(Files.readString(certificates.resolve(name),
            StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void replace(final String name, final Path file) throws IOException
    {
        Files.copy(certificates.resolve(name), file, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void shouldShowAClientCertificate() throws IOException
    {
        assertEquals("one", client(config("certificate-authority: " + file("old-ca.pem"), "client-certificate-data: " +
            data("old-client.pem") + ", client-key: " + file("old-client.key"))).own().name());
        final RegistryException ex = assertThrows(RegistryException.class,
            () -> client(config("certificate-authority-data: " + data("old-ca.pem"), "username: me")).own());
        assertEquals(RegistryException.Kind.REFUSED, ex.kind());
        assertTrue(ex.getMessage().contains("status 401"), ex.getMessage());
    }

    @Test
    void shouldRefuseAServerThatNobodyVouchesFor() throws IOException
    {
        final RegistryException ex = assertThrows(RegistryException.class,
            () -> client(config("certificate-authority: " + file("new-ca.pem"), "token: token")).own());
        assertEquals(RegistryException.Kind.REFUSED, ex.kind());
        assertTrue(ex.getMessage().contains("TLS failed: "), ex.getMessage());
        assertEquals(List.of(), server.requests());
        assertEquals("one", client(config("insecure-skip-tls-verify: true", "token: token")).own().name());
    }

    /** All that a node has of its cluster is replaced, one after the other, while it runs. */
    @Test
    void shouldFollowCertificatesThatAreReplaced() throws IOException
    {
        final Path authorities = directory.resolve("ca.crt");
        final Path certificate = directory.resolve("client.pem");
        final Path key = directory.resolve("client.key");
        replace("old-ca.pem", authorities);
        replace("old-client.pem", certificate);
        replace("old-client.key", key);
        final KubeClient client = client(config("certificate-authority: " + authorities,
            "client-certificate: " + certificate + ", client-key: " + key));
        assertEquals("one", client.own().name());

        final InetSocketAddress address = server.address();
        server.stop();
        listen("new", address);
        assertThrows(RegistryException.class, client::own);
        replace("new-ca.pem", authorities);
        replace("new-client.pem", certificate);
        replace("new-client.key", key);
        // After a failure the client pauses for a moment.
        String name = "";
        while (name.isEmpty())
        {
            try
            {
                name = client.own().name();
            }
            catch (final RegistryException ex)
            {
                assertTrue(ex.getMessage().contains("not asked again for "), ex.getMessage());
            }
        }
        assertEquals("one", name);
    }

    @Test
    void shouldTalkToTheServerAsAPod() throws IOException
    {
        final Path account = Files.createDirectory(directory.resolve("serviceaccount"));
        Files.writeString(account.resolve("token"), "token");
        replace("old-ca.pem", account.resolve("ca.crt"));
        final KubeAccess access = KubeAccess.of("", null, Map.of("KUBERNETES_SERVICE_HOST", "127.0.0.1",
            "KUBERNETES_SERVICE_PORT", Integer.toString(server.address().getPort())), account);
        server.addPod("kube-flannel", "kube-flannel-ds-x", "one");
        assertEquals("one", new KubeClient(access, new NodeAnnotations(NodeAnnotations.DEFAULT_PREFIX),
            Map.of("POD_NAME", "kube-flannel-ds-x", "POD_NAMESPACE", "kube-flannel"), new Random(1)).own().name());
    }
}
