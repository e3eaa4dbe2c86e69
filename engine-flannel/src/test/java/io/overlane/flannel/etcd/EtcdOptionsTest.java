// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.overlane.flannel.http.PemTls;
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
        "192.0.2.2:2379", "192.0.2.2", "etcd:2379", "htp://192.0.2.2:2379", "http://[fd00::1:2379",
        "http://fd00::1:2379", "http:192.0.2.2", "[fd00::1]:2379"})
    void shouldSayWhatAnEndpointLooksLike(final String text)
    {
        final IllegalArgumentException ex =
            assertThrows(IllegalArgumentException.class, () -> EtcdOptions.of("http://192.0.2.1:2379," + text));
        assertEquals("etcd endpoint '" + text + "': expected http(s)://HOST:PORT", ex.getMessage());
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
