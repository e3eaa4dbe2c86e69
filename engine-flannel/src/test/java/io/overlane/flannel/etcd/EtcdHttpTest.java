// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.flannel.http.ScriptedServer;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What etcd and what stands between it and us may answer, against servers written out byte by byte. */
class EtcdHttpTest
{
    private static final String CONFIG = ScriptedServer.answer("200 OK", "{\"kvs\":[{\"value\":\"e30=\"}]}");

    private final List<String> notices = new CopyOnWriteArrayList<>();

    private EtcdV3Registry registry(final String endpoints)
    {
        return new EtcdV3Registry(
            EtcdOptions.of(endpoints).withRequestTimeout(Duration.ofSeconds(20)), notices::add);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "400 Bad Request | 3 | etcdserver: authentication failed | REFUSED",
        "404 Not Found | 5 | etcdserver: requested lease not found | NOT_FOUND",
        "400 Bad Request | 11 | etcdserver: mvcc: required revision has been compacted | COMPACTED"
    })
    void shouldSayWhatEtcdSaysInAnAnswerWithATrailer(
        final String status, final int code, final String message, final Kind kind)
    {
        final String body =
            "{\"error\":\"" + message + "\",\"message\":\"" + message + "\",\"code\":" + code + "}";
        try (ScriptedServer server = ScriptedServer.answering("HTTP/1.1 " + status +
            "\r\nContent-Type: application/json\r\nTrailer: Grpc-Trailer-Content-Type\r\n" +
            "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(body.length()) + "\r\n" + body +
            "\r\n0\r\nGrpc-Trailer-Content-Type: application/grpc\r\n\r\n"))
        {
            final EtcdV3Registry registry = registry(server.endpoint());
            final RegistryException call = assertThrows(RegistryException.class, registry::config);
            assertEquals(kind, call.kind());
            assertEquals("etcd: /v3/kv/range: " + message, call.getMessage());
            final RegistryException watch = assertThrows(RegistryException.class, () -> registry.changes(null, 1));
            assertEquals(kind, watch.kind());
            assertEquals("etcd: /v3/watch: " + message, watch.getMessage());
        }
    }

    @Test
    void shouldUseTheNextEndpointWhereOneAnswersByHalf()
    {
        try (ScriptedServer half = new ScriptedServer((request, socket) ->
            !ScriptedServer.send(socket, CONFIG.substring(0, CONFIG.length() - 1)));
            ScriptedServer server = ScriptedServer.answering(CONFIG))
        {
            assertEquals("{}", registry(half.endpoint() + "," + server.endpoint()).config());
            assertEquals(2, half.accepted(), "tried again, the connection might have been a kept one");
            assertEquals(1, notices.size());
            assertTrue(notices.get(0).startsWith("etcd: using " + server.endpoint() + " now ("), notices.get(0));
        }
    }

    @Test
    void shouldUseTheNextEndpointWhereOneNeverAnswers()
    {
        try (ScriptedServer silent = new ScriptedServer((request, socket) -> socket.getInputStream().read() >= 0);
            ScriptedServer server = ScriptedServer.answering(CONFIG))
        {
            final EtcdV3Registry registry = new EtcdV3Registry(
                EtcdOptions.of(silent.endpoint() + "," + server.endpoint()).withRequestTimeout(Duration.ofSeconds(1)),
                notices::add);
            assertEquals("{}", registry.config());
            assertEquals(1, silent.accepted());
            assertEquals(List.of("etcd: using " + server.endpoint() + " now (" + silent.endpoint() +
                ": no answer in 1000 ms)"), notices);
        }
    }
}
