// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.overlane.flannel.http.PemTls;
import io.overlane.flannel.http.Server;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no way to etcd, in words for the person who wrote it. */
class EtcdOptionsTest
{
    @TempDir
    private Path directory;

    @Test
    void shouldReadEndpointsJoinedByCommas()
    {
        assertEquals(
            List.of(URI.create("http://192.0.2.1:2379"), URI.create("https://[fd00::1]:2379")),
            EtcdOptions.of("http://192.0.2.1:2379, https://[fd00::1]:2379").endpoints());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "htp://192.0.2.2:2379", "http://[fd00::1:2379", "http://fd00::1:2379", "http:192.0.2.2", "fd00::1:2379",
        "http://etcd_1:65536", "etcd_1:", "http://", "https://a b"})
    void shouldSayWhatAnEndpointLooksLike(final String text)
    {
        final IllegalArgumentException ex =
            assertThrows(IllegalArgumentException.class, () -> EtcdOptions.of("http://192.0.2.1:2379," + text));
        assertEquals("etcd endpoint '" + text + "': expected http(s)://HOST:PORT", ex.getMessage());
    }

    /** A name of docker-compose has an underscore; flannel takes endpoints without a scheme. */
    @Test
    void shouldTakeEndpointsThatFlannelTakes()
    {
        final EtcdOptions options = EtcdOptions.of("http://etcd_1:2379,etcd:2379,192.0.2.1:2379,[fd00::1]:2379,etcd_2");
        assertEquals(
            List.of("http://etcd_1:2379", "http://etcd:2379", "http://192.0.2.1:2379", "http://[fd00::1]:2379",
                "http://etcd_2"),
            options.servers().stream().map(URI::toString).toList());
        assertEquals("https://etcd:2379",
            options.withTls(directory.resolve("ca.pem"), null, null).servers().get(1).toString());
        assertEquals("etcd_1", Server.host(URI.create("http://etcd_1:2379")));
        assertEquals(2379, Server.port(URI.create("http://etcd_1:2379")));
        assertEquals(-1, Server.port(URI.create("http://etcd_2")));
    }

    @Test
    void shouldNameKeysAsFlannelDoes()
    {
        final EtcdOptions options = EtcdOptions.of("etcd:2379");
        assertEquals("coreos.com/network", options.withPrefix("coreos.com//network/").prefix());
        assertEquals("", options.withPrefix("/").prefix());
        assertThrows(IllegalArgumentException.class, () -> options.withPrefix(""));
    }

    @Test
    void shouldRefuseNullAndTimesThatAreNone()
    {
        final EtcdOptions options = EtcdOptions.of("http://192.0.2.1:2379");
        assertEquals("prefix=null; give it a value", assertThrows(
            IllegalArgumentException.class, () -> options.withPrefix(null)).getMessage());
        assertEquals("requestTimeout=null; give it a value", assertThrows(
            IllegalArgumentException.class, () -> options.withRequestTimeout(null)).getMessage());
        assertEquals("requestTimeout=PT-1S must be longer than zero", assertThrows(
            IllegalArgumentException.class, () -> options.withRequestTimeout(Duration.ofSeconds(-1))).getMessage());
    }

    @Test
    void shouldNameAFileThatIsNotThere()
    {
        final Path missing = directory.resolve("missing.pem");
        final IllegalArgumentException ex =
            assertThrows(IllegalArgumentException.class, () -> PemTls.context(missing, null, null));
        assertEquals("there is no file " + missing, ex.getMessage());
        assertEquals(
            directory + ": cannot be read: Is a directory",
            assertThrows(IllegalArgumentException.class, () -> PemTls.context(directory, null, null)).getMessage());
    }
}
