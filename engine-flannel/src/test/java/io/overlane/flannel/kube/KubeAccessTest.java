// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings of pods and kubeconfig files. */
class KubeAccessTest
{
    private static final Map<String, String> POD =
        Map.of("KUBERNETES_SERVICE_HOST", "10.96.0.1", "KUBERNETES_SERVICE_PORT", "443");

    @TempDir
    private Path directory;

    private Path serviceAccount() throws IOException
    {
        final Path account = Files.createDirectories(directory.resolve("serviceaccount"));
        Files.writeString(account.resolve("token"), "secret");
        Files.writeString(account.resolve("ca.crt"), "certificate");
        return account;
    }

    private KubeAccess of(final String apiUrl, final Map<String, String> environment, final Path account)
    {
        return KubeAccess.of(apiUrl, null, environment, account);
    }

    private KubeAccess config(final String text) throws IOException
    {
        return KubeAccess.of("", write(text), POD, directory);
    }

    private Path write(final String text) throws IOException
    {
        return Files.writeString(directory.resolve("kubeconfig"), text);
    }

    private static String config(final String cluster, final String user)
    {
        return "apiVersion: v1\nkind: Config\ncurrent-context: here\n" +
            "contexts: [{name: here, context: {cluster: c, user: u, namespace: default}}]\n" +
            "clusters:\n- name: other\n  cluster: {server: 'https://other'}\n" +
            "- name: c\n  cluster: {" + cluster + "}\n" +
            "users:\n- name: u\n  user: {" + user + "}\n";
    }

    @Test
    void shouldFindWhatAPodHas() throws IOException
    {
        final KubeAccess access = of("", POD, serviceAccount());
        assertEquals("https://10.96.0.1:443", access.toString());
        assertEquals("secret", access.token().read());
        assertEquals("certificate", access.authorities().read());
        Files.writeString(access.token().file(), "rotated");
        assertEquals("rotated", access.token().read());
        assertEquals("https://[fd00::1]:6443", of("", Map.of(
            "KUBERNETES_SERVICE_HOST", "fd00::1", "KUBERNETES_SERVICE_PORT", "6443"), serviceAccount()).toString());
    }

    @Test
    void shouldSayWhatIsMissing()
    {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> of("", Map.of(), directory)).getMessage()
            .contains("give --kubeconfig-file or --kube-api-url"));
        assertEquals("there is no file " + directory.resolve("token"),
            assertThrows(IllegalArgumentException.class, () -> of("", POD, directory)).getMessage());
    }

    @Test
    void shouldTakeTheUrlThatIsGiven() throws IOException
    {
        assertEquals("http://192.0.2.1:8080", of("192.0.2.1:8080", Map.of(), directory).toString());
        assertEquals("https://api.example/k8s/c1", of("https://api.example/k8s/c1/", Map.of(), directory).toString());
        assertNull(of("https://api.example", Map.of(), directory).token());
        assertEquals("secret", of("https://api.example", Map.of(), serviceAccount()).token().read());
        assertNull(of("http://api.example", Map.of(), serviceAccount()).token(), "everybody could read it");
        final Path file = write(config("server: 'https://192.0.2.1:6443'", "token: t"));
        final KubeAccess both = KubeAccess.of("https://192.0.2.9", file, Map.of(), directory);
        assertEquals("https://192.0.2.9", both.toString());
        assertEquals("t", both.token().read());
    }

    @ParameterizedTest
    @CsvSource({"ftp://a", "https://", "https://a b", "https://a?x=y", "https://user@a", "/path"})
    void shouldRefuseUrls(final String url)
    {
        final String message =
            assertThrows(IllegalArgumentException.class, () -> of(url, Map.of(), directory)).getMessage();
        assertEquals("--kube-api-url '" + url + "': expected http(s)://HOST:PORT", message);
    }

    @Test
    void shouldReadTheCurrentContext() throws IOException
    {
        final String data = Base64.getEncoder().encodeToString("PEM".getBytes(StandardCharsets.UTF_8));
        final KubeAccess access = config(config(
            "server: 'https://192.0.2.1:6443/', certificate-authority-data: " + data,
            "client-certificate: pki/client.crt, client-key-data: " + data));
        assertEquals("https://192.0.2.1:6443", access.toString());
        assertEquals("PEM", access.authorities().read());
        assertEquals(directory.resolve("pki/client.crt"), access.certificate().file(), "beside the kubeconfig file");
        assertEquals("PEM", access.key().read());
        assertNull(access.token());
        assertFalse(access.trustsAny());
    }

    @Test
    void shouldReadCredentials() throws IOException
    {
        Files.writeString(directory.resolve("t"), "from file");
        assertEquals("from file",
            config(config("server: 'https://a'", "tokenFile: t, token: other")).token().read());
        assertEquals("12345", config(config("server: 'https://a'", "token: 12345")).token().read());
        assertEquals("me:pass", config(config("server: 'https://a'", "username: me, password: pass")).basic());
        assertTrue(config(config("server: 'https://a', insecure-skip-tls-verify: true", "token: t")).trustsAny());
    }

    @Test
    void shouldReadJson() throws IOException
    {
        assertEquals("http://a:1", config("{\"current-context\":\"x\",\"contexts\":[{\"name\":\"x\",\"context\":" +
            "{\"cluster\":\"c\"}}],\"clusters\":[{\"name\":\"c\",\"cluster\":{\"server\":\"http://a:1\"}}]}")
            .toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "exec: {command: aws}|user u has 'exec', which is not supported: no other program is started; use a token",
        "auth-provider: {name: gcp}|user u has 'auth-provider', which is not supported: no other program",
        "client-certificate: a|user u must have both client-certificate and client-key, or neither",
        "client-certificate-data: '###x'|client-certificate-data is not base64"
    })
    void shouldRefuseUsers(final String user, final String why)
    {
        final String message = assertThrows(IllegalArgumentException.class,
            () -> config(config("server: 'https://a'", user))).getMessage();
        assertTrue(message.startsWith(directory.resolve("kubeconfig") + ": " + why), message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "server: ''|has no server",
        "server: nfs://a|server 'nfs://a': expected http(s)",
        "server: https://a, proxy-url: http://p|has 'proxy-url', which is not supported",
        "server: https://a, tls-server-name: b|has 'tls-server-name', which is not supported"
    })
    void shouldRefuseClusters(final String cluster, final String why)
    {
        final String message = assertThrows(IllegalArgumentException.class,
            () -> config(config(cluster, "token: t"))).getMessage();
        assertTrue(message.contains(why), message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "''|not a kubeconfig file", "'- a'|not a kubeconfig file", "'a: [b'|not YAML: ",
        "'kind: Config'|it has no current-context; set one with 'kubectl config use-context NAME'",
        "'current-context: x'|there is no context 'x' in contexts",
        "'{current-context: x, contexts: [{name: x, context: {cluster: y}}]}'|there is no cluster 'y' in clusters",
        "'current-context: &a [[*a]]'|the value of 'current-context' is a list or a mapping",
        "'current-context: &a {b: {c: *a}}'|the value of 'current-context' is a list or a mapping"
    })
    void shouldRefuseFiles(final String text, final String why)
    {
        final String message = assertThrows(IllegalArgumentException.class, () -> config(text)).getMessage();
        assertTrue(message.startsWith(directory.resolve("kubeconfig") + ": " + why), message);
    }

    @Test
    void shouldSayThatTheFileIsMissing()
    {
        final Path missing = directory.resolve("none");
        assertEquals("there is no file " + missing, assertThrows(IllegalArgumentException.class,
            () -> KubeAccess.of("", missing, POD, directory)).getMessage());
    }

    @Test
    void shouldKeepSecretsOutOfMessages() throws IOException
    {
        final KubeAccess access = config(config("server: 'https://a'", "token: secret, username: u, password: p"));
        assertFalse((access + " " + access.token()).contains("secret"));
    }
}
