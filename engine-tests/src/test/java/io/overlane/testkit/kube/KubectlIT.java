// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The test API server as {@code kubectl}, a client that others wrote, sees it. */
@Timeout(120)
class KubectlIT
{
    private static final String PASSWORD = "changeit";
    private static final String NAMES = "jsonpath={range .items[*]}{.metadata.name} {end}";

    private final ApiServer server = new ApiServer();
    @TempDir
    private Path directory;

    @BeforeEach
    void open() throws IOException, InterruptedException
    {
        try
        {
            final Process version = new ProcessBuilder("kubectl", "version", "--client").redirectErrorStream(true)
                .start();
            version.getInputStream().readAllBytes();
            if (version.waitFor() == 0)
            {
                return;
            }
        }
        catch (final IOException ex)
        {
            // Not installed.
        }
        abort("needs kubectl (Debian: kubernetes-client)");
    }

    @AfterEach
    void close()
    {
        server.close();
    }

    private Process start(final String... arguments) throws IOException
    {
        final List<String> command = new ArrayList<>(List.of("kubectl", "--server", server.url(),
            "--cache-dir", directory.resolve("cache").toString(), "--request-timeout", "60s"));
        command.addAll(List.of(arguments));
        final ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("KUBE") ||
            name.toLowerCase(Locale.ROOT).endsWith("_proxy"));
        builder.environment().put("HOME", directory.toString());
        return builder.start();
    }

    private String kubectl(final String... arguments) throws IOException, InterruptedException
    {
        final Process process = start(arguments);
        final String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertEquals(0, process.waitFor(), said);
        return said;
    }

    @Test
    void shouldGetNodes() throws Exception
    {
        server.listen();
        server.addNode("one", Map.of("a", "b"), "10.244.1.0/24", "fd00:10:244:1::/64");
        server.addNode("two");
        final String json = kubectl("get", "nodes", "-o", "json").replaceAll("\\s", "");
        assertTrue(json.contains("\"annotations\":{\"a\":\"b\"}"), json);
        assertTrue(json.contains("\"podCIDRs\":[\"10.244.1.0/24\",\"fd00:10:244:1::/64\"]"), json);
        assertEquals("one two", kubectl("get", "nodes", "-o", NAMES));
        assertEquals("one two", kubectl("get", "nodes", "--chunk-size=1", "-o", NAMES));
        assertTrue(kubectl("get", "nodes").contains("two"), "a table that kubectl made of JSON");
        server.deleteNode("two");
        assertEquals("one", kubectl("get", "node", "one", "-o", "jsonpath={.metadata.name}"));
        assertTrue(start("get", "node", "two").waitFor() != 0, "there is no such node");
    }

    @Test
    void shouldChangeNodes() throws Exception
    {
        server.listen();
        server.addNode("one", Map.of("old", "1", "gone", "2"));
        kubectl("annotate", "node", "one", "new=3", "old=4", "gone-", "--overwrite");
        assertEquals(Map.of("old", "4", "new", "3"), server.annotations("one"));
        kubectl("label", "node", "one", "zone=a");
        kubectl("cordon", "one");
        kubectl("patch", "node", "one", "--patch", "{\"metadata\":{\"annotations\":{\"new\":null}}}");
        assertEquals(Map.of("old", "4"), server.annotations("one"));
        assertEquals("a true", kubectl("get", "node", "one", "-o",
            "jsonpath={.metadata.labels.zone} {.spec.unschedulable}"));
        assertTrue(server.requests().stream().allMatch(request -> request.matches("(GET|PATCH) .*")));
        kubectl("delete", "node", "one");
        assertEquals("", kubectl("get", "nodes", "-o", NAMES));
    }

    @Test
    void shouldFollowNodes() throws Exception
    {
        server.listen();
        server.addNode("one");
        server.addNode("two");
        final Process all = start("get", "nodes", "--watch", "--output-watch-events", "-o",
            "jsonpath={.type} {.object.metadata.name}{\"\\n\"}");
        final Process two = start("get", "node", "two", "--watch", "-o",
            "jsonpath={.metadata.annotations.a}{\"\\n\"}");
        try (BufferedReader events = all.inputReader(); BufferedReader ofTwo = two.inputReader())
        {
            server.awaitWatches(2);
            server.annotate("one", "a", "1");
            server.annotate("two", "a", "2");
            server.deleteNode("one");
            assertEquals("ADDED one", events.readLine());
            assertEquals("ADDED two", events.readLine());
            assertEquals("MODIFIED one", events.readLine());
            assertEquals("MODIFIED two", events.readLine());
            assertEquals("DELETED one", events.readLine());
            assertEquals("", ofTwo.readLine());
            assertEquals("2", ofTwo.readLine());
        }
        finally
        {
            all.destroy();
            two.destroy();
            all.waitFor();
            two.waitFor();
        }
    }

    @Test
    void shouldBelieveTokensAndCertificates() throws Exception
    {
        final KeyStore keys = makeKeys();
        server.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), context(keys));
        server.addNode("one");
        server.requireToken("secret");
        final String authority = write("server.pem", "CERTIFICATE", keys.getCertificate("server").getEncoded());
        final String[] names = {"get", "nodes", "-o", NAMES, "--certificate-authority", authority};
        assertEquals("one", kubectl(with(names, "--token", "secret")));
        assertEquals("one", kubectl(with(names,
            "--client-certificate", write("client.pem", "CERTIFICATE", keys.getCertificate("client").getEncoded()),
            "--client-key", write("client.key", "PRIVATE KEY", key(keys).getEncoded()))));
        final Process stranger = start(with(names, "--token", "wrong"));
        final String said = new String(stranger.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(stranger.waitFor() != 0 && said.contains("must be logged in"), said);
    }

    private static String[] with(final String[] arguments, final String... more)
    {
        final List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    /** Two keys, each with a certificate that it signed itself. */
    private KeyStore makeKeys() throws Exception
    {
        final String file = directory.resolve("keys.p12").toString();
        final Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        for (final String name : List.of("server", "client"))
        {
            final Process made = new ProcessBuilder(keytool.toString(), "-genkeypair", "-keystore", file,
                "-storetype", "PKCS12", "-storepass", PASSWORD, "-alias", name, "-keyalg", "RSA", "-dname",
                "CN=" + name, "-ext", "san=ip:127.0.0.1").redirectErrorStream(true).start();
            final String said = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(made.waitFor(60, TimeUnit.SECONDS) && made.exitValue() == 0, said);
        }
        return KeyStore.getInstance(Path.of(file).toFile(), PASSWORD.toCharArray());
    }

    private static Key key(final KeyStore keys) throws GeneralSecurityException
    {
        return keys.getKey("client", PASSWORD.toCharArray());
    }

    private static SSLContext context(final KeyStore keys) throws GeneralSecurityException, IOException
    {
        final KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry("server", keys.getKey("server", PASSWORD.toCharArray()), PASSWORD.toCharArray(),
            new Certificate[] {keys.getCertificate("server")});
        final KeyManagerFactory keyManagers =
            KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keyManagers.init(own, PASSWORD.toCharArray());
        final TrustManagerFactory trustManagers =
            TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        final KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("client", keys.getCertificate("client"));
        trustManagers.init(trusted);
        final SSLContext context = SSLContext.getInstance("TLS");
        context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
        return context;
    }

    private String write(final String name, final String label, final byte[] der) throws IOException
    {
        return Files.writeString(directory.resolve(name), "-----BEGIN " + label + "-----\n" +
            Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label + "-----\n").toString();
    }
}
