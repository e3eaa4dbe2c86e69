// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.flannel.http.ScriptedServer;
import io.overlane.flannel.json.JsonObject;
import io.overlane.flannel.kube.KubeNodes.Change;
import io.overlane.flannel.kube.KubeNodes.Changes;
import io.overlane.flannel.kube.KubeNodes.ChangeKind;
import io.overlane.flannel.lease.RegistryException;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the client sends to an API server, and what it makes of each answer. */
@Timeout(60)
class KubeClientTest
{
    private static final KubeTimes TIMES = new KubeTimes(
        Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofMillis(500), Duration.ofMinutes(5),
        Duration.ofMillis(100));
    private static final String OWN_LIST = "fieldSelector=metadata.name%3Done";

    @TempDir
    private Path directory;
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private final List<String> answers = Collections.synchronizedList(new ArrayList<>());

    /** Answers requests for the own node with this, which watches ask for when they begin. */
    private volatile String ownList = list(100, node("one", "u1", 40));
    private ScriptedServer server;

    @BeforeEach
    void open()
    {
        server = new ScriptedServer(this::answer);
    }

    @AfterEach
    void close()
    {
        server.close();
    }

    private boolean answer(final String request, final Socket client) throws IOException
    {
        if (request.startsWith("GET /api/v1/nodes?limit=1&" + OWN_LIST))
        {
            return ScriptedServer.send(client, ScriptedServer.answer("200 OK", ownList));
        }
        requests.add(request);
        final String next = answers.isEmpty() ? ScriptedServer.answer("500 Nothing Left", "{}") : answers.remove(0);
        ScriptedServer.send(client, next);
        return !next.endsWith("<cut>");
    }

    private static String node(final String name, final String uid, final long revision)
    {
        return "{\"kind\":\"Node\",\"metadata\":{\"name\":\"" + name + "\",\"uid\":\"" + uid +
            "\",\"resourceVersion\":\"" + revision + "\",\"annotations\":{\"flannel.alpha.coreos.com/public-ip\":" +
            "\"192.0.2.1\",\"other.com/x\":\"y\"}},\"spec\":{\"podCIDR\":\"10.244.1.0/24\",\"podCIDRs\":" +
            "[\"10.244.1.0/24\"]},\"status\":{\"images\":[{\"names\":[\"a\"]}]}}";
    }

    private static String list(final long revision, final String... nodes)
    {
        return listWith(revision, "", nodes);
    }

    private static String listWith(final long revision, final String more, final String... nodes)
    {
        return "{\"kind\":\"NodeList\",\"metadata\":{\"resourceVersion\":\"" + revision + "\",\"continue\":\"" + more +
            "\"},\"items\":[" + String.join(",", nodes) + "]}";
    }

    private static String event(final String type, final String object)
    {
        return "{\"type\":\"" + type + "\",\"object\":" + object + "}\n";
    }

    private static String status(final int code, final String reason, final String message)
    {
        return "{\"kind\":\"Status\",\"status\":\"Failure\",\"message\":\"" + message + "\",\"reason\":\"" + reason +
            "\",\"code\":" + code + "}";
    }

    private static String chunks(final boolean end, final String... chunks)
    {
        final StringBuilder answer = new StringBuilder("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (final String chunk : chunks)
        {
            answer.append(Integer.toHexString(chunk.length())).append("\r\n").append(chunk).append("\r\n");
        }
        return answer.append(end ? "0\r\n\r\n" : "").toString();
    }

    private KubeClient client()
    {
        return client(null, Map.of("NODE_NAME", "one"));
    }

    private KubeClient client(final FileText token, final Map<String, String> environment)
    {
        return new KubeClient(
            new KubeAccess(URI.create(server.endpoint()), null, null, null, token, null, false), TIMES,
            new NodeAnnotations(NodeAnnotations.DEFAULT_PREFIX), environment, new Random(1));
    }

    private String line(final int request)
    {
        return requests.get(request).lines().findFirst().orElseThrow();
    }

    private void will(final String... next)
    {
        Collections.addAll(answers, next);
    }

    private void willSay(final String status, final String body)
    {
        will(ScriptedServer.answer(status, body));
    }

    private static RegistryException failure(final Runnable call)
    {
        return assertThrows(RegistryException.class, call::run);
    }

    @Test
    void shouldKeepOfItsNodeOnlyWhatANetworkNeeds()
    {
        willSay("200 OK", node("one", "u1", 40));
        final KubeNodes.Node own = client().own();
        assertEquals("GET /api/v1/nodes/one HTTP/1.1", line(0));
        assertTrue(requests.get(0).contains("\r\nAccept: application/json\r\n"), requests.get(0));
        assertEquals(new KubeNodes.Node("one", "u1", Map.of("flannel.alpha.coreos.com/public-ip", "192.0.2.1"),
            List.of("10.244.1.0/24"), 40), own);
    }

    @Test
    void shouldFindItsNodeByThePod()
    {
        willSay("200 OK", "{\"kind\":\"Pod\",\"spec\":{\"nodeName\":\"worker-1.example\"}}");
        willSay("404 Not Found", status(404, "NotFound", "nodes worker-1.example not found"));
        final KubeClient client = client(null, Map.of("POD_NAME", "kube-flannel-x", "POD_NAMESPACE", "kube-flannel"));
        final RegistryException ex = failure(client::own);
        assertEquals(RegistryException.Kind.NOT_FOUND, ex.kind());
        assertEquals("there is no node worker-1.example", ex.getMessage());
        assertEquals("GET /api/v1/namespaces/kube-flannel/pods/kube-flannel-x HTTP/1.1", line(0));
        assertEquals("GET /api/v1/nodes/worker-1.example HTTP/1.1", line(1));
        assertEquals("worker-1.example", client.ownName());
    }

    @Test
    void shouldWaitForThePodToHaveANode()
    {
        willSay("200 OK", "{\"kind\":\"Pod\",\"spec\":{}}");
        final RegistryException ex = failure(client(null, Map.of("POD_NAME", "p", "POD_NAMESPACE", "n"))::ownName);
        assertEquals(RegistryException.Kind.NOT_FOUND, ex.kind());
    }

    @ParameterizedTest
    @CsvSource({
        "POD_NAME, p, the name of this node is unknown",
        "NODE_NAME, ../secrets, not the name of an object",
        "NODE_NAME, Upper, not the name of an object"
    })
    void shouldRefuseNames(final String variable, final String value, final String why)
    {
        final RegistryException ex = failure(client(null, Map.of(variable, value))::own);
        assertEquals(RegistryException.Kind.REFUSED, ex.kind());
        assertTrue(ex.getMessage().contains(why), ex.getMessage());
        assertEquals(0, server.accepted());
    }

    @Test
    void shouldReadAListPageByPage()
    {
        willSay("200 OK", listWith(90, "a+b/c=", node("one", "u1", 40)));
        willSay("200 OK", listWith(95, "", node("two", "u2", 50)));
        final KubeNodes.Snapshot snapshot = client().list(false);
        assertEquals("GET /api/v1/nodes?limit=250 HTTP/1.1", line(0));
        assertEquals("GET /api/v1/nodes?limit=250&continue=a%2Bb%2Fc%3D HTTP/1.1", line(1));
        assertEquals(2, snapshot.nodes().size());
        assertEquals(90, snapshot.revision(), "the first page's, as later changes may be missing in it");
    }

    @Test
    void shouldBeginAListAgainWhoseRevisionIsGone()
    {
        willSay("200 OK", listWith(90, "more", node("one", "u1", 40)));
        willSay("410 Gone", status(410, "Expired", "The provided continue parameter is too old"));
        willSay("200 OK", list(120, node("one", "u1", 40)));
        assertEquals(120, client().list(false).revision());
        assertEquals("GET /api/v1/nodes?limit=250 HTTP/1.1", line(2));
    }

    @Test
    void shouldListItsNodeAlone()
    {
        willSay("200 OK", list(90));
        assertEquals(List.of(), client().list(true).nodes());
        assertEquals("GET /api/v1/nodes?limit=250&" + OWN_LIST + " HTTP/1.1", line(0));
    }

    @Test
    void shouldAnnotateByAStrategicMerge()
    {
        willSay("409 Conflict", status(409, "Conflict", "the object has been modified"));
        willSay("200 OK", node("one", "u1", 41));
        assertEquals(41, client().annotate(Map.of("a.b/c", "{\"x\":1}")).revision());
        assertEquals("PATCH /api/v1/nodes/one/status HTTP/1.1", line(0));
        assertTrue(requests.get(1).contains("\r\nContent-Type: application/strategic-merge-patch+json\r\n"));
        assertTrue(requests.get(1).endsWith("{\"metadata\":{\"annotations\":{\"a.b/c\":\"{\\\"x\\\":1}\"}}}"));
    }

    @Test
    void shouldSetTheConditionThatFlannelSets()
    {
        willSay("200 OK", node("one", "u1", 41));
        client().setNetworkAvailable();
        final String body = requests.get(0).substring(requests.get(0).indexOf("\r\n\r\n") + 4);
        final JsonObject condition = JsonObject.parse(body).object("status").objects("conditions").get(0);
        assertEquals("NetworkUnavailable", condition.text("type", ""));
        assertEquals("False", condition.text("status", ""));
        assertEquals("FlannelIsUp", condition.text("reason", ""));
        assertEquals("Flannel is running on this node", condition.text("message", ""));
        assertTrue(condition.text("lastTransitionTime", "").matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ"));
    }

    @Test
    void shouldSendTheTokenOfTheFileAndTheNextWhenItRotates() throws IOException
    {
        final Path file = Files.writeString(directory.resolve("token"), "first\n");
        final KubeClient client = client(FileText.in(file), Map.of("NODE_NAME", "one"));
        willSay("200 OK", node("one", "u1", 40));
        client.own();
        Files.writeString(file, "second");
        willSay("200 OK", node("one", "u1", 40));
        client.own();
        Files.delete(file);
        willSay("200 OK", node("one", "u1", 40));
        client.own();
        assertTrue(requests.get(0).contains("\r\nAuthorization: Bearer first\r\n"), requests.get(0));
        assertTrue(requests.get(1).contains("\r\nAuthorization: Bearer second\r\n"), requests.get(1));
        assertTrue(requests.get(2).contains("\r\nAuthorization: Bearer second\r\n"), "while it is replaced");
    }

    @Test
    void shouldRefuseATokenThatWouldAddAHeader() throws IOException
    {
        final Path file = Files.writeString(directory.resolve("token"), "first\r\nX-Evil: 1");
        final RegistryException ex = failure(client(FileText.in(file), Map.of("NODE_NAME", "one"))::own);
        assertEquals(file + ": no token in it", ex.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "401 Unauthorized, 401, REFUSED",
        "403 Forbidden, 403, REFUSED",
        "404 Not Found, 404, NOT_FOUND",
        "410 Gone, 410, COMPACTED",
        "422 Unprocessable Entity, 422, REFUSED",
        "429 Too Many Requests, 429, UNREACHABLE",
        "500 Internal Server Error, 500, UNREACHABLE",
        "503 Service Unavailable, 503, UNREACHABLE"
    })
    void shouldSayWhatTheServerSays(final String status, final int code, final RegistryException.Kind kind)
    {
        willSay(status, status(code, "Some", "nodes is forbidden: User x cannot list"));
        willSay(status, status(code, "Some", "nodes is forbidden: User x cannot list"));
        willSay(status, status(code, "Some", "nodes is forbidden: User x cannot list"));
        final RegistryException ex = failure(() -> client().list(false));
        assertEquals(kind, ex.kind());
        assertEquals("API server: list nodes: status " + code + ": nodes is forbidden: User x cannot list",
            ex.getMessage());
    }

    @Test
    void shouldSpareAServerThatHasTooMuchToDo()
    {
        will("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 30\r\nContent-Length: 4\r\n\r\nlate");
        final KubeClient client = client();
        assertEquals("API server: get node one: status 429: late", failure(client::own).getMessage());
        final String message = failure(client::own).getMessage();
        assertTrue(message.startsWith("API server: get node one: status 429: late; not asked again for 30"), message);
        assertEquals(1, requests.size());
    }

    @Test
    void shouldRefuseAnAnswerThatIsNoNode()
    {
        willSay("200 OK", "<html>");
        final RegistryException ex = failure(client()::own);
        assertEquals(RegistryException.Kind.MALFORMED, ex.kind());
        assertTrue(ex.getMessage().startsWith("API server: not a node: "), ex.getMessage());
    }

    @Test
    void shouldFollowNodes()
    {
        will(chunks(false,
            event("ADDED", node("two", "u2", 101)) + event("MODIFIED", node("two", "u2", 102)),
            event("DELETED", node("two", "u2", 103)),
            event("BOOKMARK", "{\"kind\":\"Node\",\"metadata\":{\"resourceVersion\":\"150\",\"annotations\":null}}")));
        try (Changes changes = client().watch(false, 100))
        {
            assertTrue(line(0).matches("GET /api/v1/nodes\\?watch=true&allowWatchBookmarks=true" +
                "&resourceVersion=100&timeoutSeconds=[345]\\d\\d HTTP/1.1"), line(0));
            final Change added = changes.next();
            assertEquals(ChangeKind.PRESENT, added.kind());
            assertEquals("two", added.node().name());
            assertEquals(List.of("10.244.1.0/24"), added.node().podCidrs());
            // The second state is a heartbeat, which is not reported.
            assertEquals(ChangeKind.DELETED, changes.next().kind());
            assertEquals(ChangeKind.BOOKMARK, changes.next().kind());
        }
    }

    /** The server ends every watch after some minutes. */
    @Test
    void shouldGoOnWhereAWatchEnded() throws InterruptedException
    {
        will(chunks(false, event("ADDED", node("two", "u2", 101))));
        will(chunks(true, event("ADDED", node("three", "u3", 102))));
        try (Changes changes = client().watch(true, 100))
        {
            assertEquals(101, changes.next().node().revision());
            assertTrue(line(0).endsWith("&" + OWN_LIST + " HTTP/1.1"), line(0));
            ownList = list(102, node("one", "u1", 40));
            // It is silent now, which is found out.
            Change next = changes.next();
            while (next == null)
            {
                next = changes.next();
            }
            assertEquals(102, next.node().revision());
            assertTrue(line(1).contains("&resourceVersion=101&"), line(1));
            Thread.sleep(TIMES.shortWatch().toMillis());
            will(chunks(false, event("ADDED", node("four", "u4", 103))));
            next = changes.next();
            while (next == null)
            {
                next = changes.next();
            }
            assertEquals(103, next.node().revision());
            assertTrue(line(2).contains("&resourceVersion=102&"), line(2));
        }
    }

    @Test
    void shouldCountAWatchThatEndsAtOnceAsAFailure()
    {
        will(chunks(true));
        final Changes changes = client().watch(false, 100);
        final RegistryException ex = failure(changes::next);
        assertEquals(RegistryException.Kind.UNREACHABLE, ex.kind());
        assertTrue(ex.getMessage().endsWith("watch broke: the server ended it at once"), ex.getMessage());
    }

    @Test
    void shouldSayThatAWatchWasCut()
    {
        will(chunks(false, event("ADDED", node("two", "u2", 101))) + "fff\r\n{\"type\":<cut>");
        final Changes changes = client().watch(false, 100);
        assertEquals(101, changes.next().node().revision());
        assertTrue(failure(changes::next).getMessage().contains(": watch broke: "));
    }

    @ParameterizedTest
    @CsvSource({"410, COMPACTED", "500, UNREACHABLE", "401, REFUSED"})
    void shouldUnderstandAnErrorOfAWatch(final int code, final RegistryException.Kind kind)
    {
        will(chunks(false, event("ERROR", status(code, "Expired", "too old resource version: 100 (900)"))));
        final RegistryException ex = failure(client().watch(false, 100)::next);
        assertEquals(kind, ex.kind());
        assertEquals("API server: watch ended: status " + code + ": too old resource version: 100 (900)",
            ex.getMessage());
    }

    @Test
    void shouldReadTheListAgainWhenTheServerIsBehind()
    {
        ownList = list(99, node("one", "u1", 40));
        final RegistryException ex = failure(() -> client().watch(false, 100));
        assertEquals(RegistryException.Kind.COMPACTED, ex.kind());
        assertEquals("the API server is at revision 99, before 100 which was seen already", ex.getMessage());

        ownList = list(100, node("one", "u1", 40));
        willSay("504 Gateway Timeout", "{\"kind\":\"Status\"," +
            "\"message\":\"Too large resource version: 100, current: 9\"," +
            "\"code\":504,\"details\":{\"causes\":[{\"reason\":\"ResourceVersionTooLarge\"}]}}");
        assertEquals(RegistryException.Kind.COMPACTED, failure(() -> client().watch(false, 100)).kind());
    }

    /** Another cluster may be at a later revision. */
    @Test
    void shouldReadTheListAgainWhenItsNodeIsAnother()
    {
        will(chunks(false), chunks(false), chunks(false));
        final KubeClient client = client();
        client.watch(false, 100).close();
        client.watch(true, 100).close();
        ownList = list(5000, node("one", "u9", 4000));
        assertEquals(RegistryException.Kind.COMPACTED, failure(() -> client.watch(false, 100)).kind());
        assertEquals(RegistryException.Kind.COMPACTED, failure(() -> client.watch(true, 100)).kind());
        client.watch(false, 5000).close();
    }

    @Test
    void shouldNotWaitForAServerThatIsFrozen()
    {
        will("");
        final RegistryException ex = failure(() -> client().watch(false, 100));
        assertTrue(ex.getMessage().endsWith("watch nodes: no answer in 2000 ms"), ex.getMessage());
        assertNull(ex.getCause().getCause());
    }
}
