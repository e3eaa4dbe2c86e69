// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The test API server, asked by the HTTP client of the JDK. */
@Timeout(60)
class ApiServerTest
{
    private static final String STRATEGIC = "application/strategic-merge-patch+json";
    private static final String MERGE = "application/merge-patch+json";
    private static final String NODES = "/api/v1/nodes";

    private final ApiServer server = new ApiServer().listen();
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void close()
    {
        server.close();
    }

    private HttpRequest.Builder request(final String target)
    {
        return HttpRequest.newBuilder(URI.create(server.url() + target));
    }

    private HttpResponse<String> get(final String target) throws IOException, InterruptedException
    {
        return client.send(request(target).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> patch(final String target, final String type, final String patch)
        throws IOException, InterruptedException
    {
        return client.send(request(target).header("Content-Type", type)
            .method("PATCH", BodyPublishers.ofString(patch)).build(), BodyHandlers.ofString());
    }

    /** Lines of a watch, shortened to the event, the name or code, and the revision. */
    private Iterator<String> watch(final String parameters) throws IOException, InterruptedException
    {
        return client.send(request(NODES + "?watch=true" + parameters).build(), BodyHandlers.ofLines()).body()
            .map(ApiServerTest::shortened).iterator();
    }

    private static String shortened(final String line)
    {
        return line.replaceAll(".*\"type\":\"([A-Z]+)\",\"object\".*?(\"name\":\"([a-z]+)\".*?)?" +
            "(\"resourceVersion\":\"(\\d+)\".*|\"code\":(\\d+).*)", "$1 $3 $5$6");
    }

    @Test
    void shouldListInPagesOfOneRevision() throws Exception
    {
        for (final String name : List.of("one", "two", "three"))
        {
            server.addNode(name, "10.244.1.0/24");
        }
        final String first = get(NODES + "?limit=2").body();
        assertTrue(first.startsWith("{\"kind\":\"NodeList\",\"apiVersion\":\"v1\",\"metadata\":" +
            "{\"resourceVersion\":\"1003\",\"continue\":\"page0\",\"remainingItemCount\":1},\"items\":[{\"metadata\":" +
            "{\"name\":\"one\","), first);
        server.deleteNode("two");
        final String second = get(NODES + "?limit=2&continue=page0").body();
        assertTrue(second.contains("\"metadata\":{\"resourceVersion\":\"1003\"},\"items\":[{\"metadata\":" +
            "{\"name\":\"two\","), second);
        get(NODES + "?limit=1");
        server.compact();
        assertEquals(410, get(NODES + "?limit=1&continue=page1").statusCode());
    }

    @Test
    void shouldListNoRevisionOfTheFutureAndNoForgottenOne() throws Exception
    {
        server.addNode("one");
        assertEquals(200, get(NODES + "?resourceVersion=0").statusCode());
        assertEquals(200, get(NODES + "?resourceVersion=1000&resourceVersionMatch=NotOlderThan").statusCode());
        assertEquals(410, get(NODES + "?resourceVersion=1000&resourceVersionMatch=Exact").statusCode());
        final HttpResponse<String> future = get(NODES + "?resourceVersion=9999");
        assertEquals(504, future.statusCode());
        assertTrue(future.body().contains("Too large resource version: 9999, current: 1001"), future.body());
        assertEquals(400, get(NODES + "?resourceVersion=abc").statusCode());
        assertEquals(400, get(NODES + "?watch=true&resourceVersion=abc").statusCode());
    }

    @Test
    void shouldWatchFromARevision() throws Exception
    {
        server.addNode("one");
        server.addNode("two");
        server.annotate("one", "a", "b");
        final Iterator<String> watch = watch("&resourceVersion=1001");
        assertEquals("ADDED two 1002", watch.next());
        assertEquals("MODIFIED one 1003", watch.next());
        server.deleteNode("one");
        assertEquals("DELETED one 1004", watch.next());
        server.setPodCidrs("two", "10.244.2.0/24");
        assertEquals("MODIFIED two 1005", watch.next());
    }

    @Test
    void shouldWatchFromWhatIsThere() throws Exception
    {
        server.addNode("one");
        server.addNode("two");
        final Iterator<String> all = watch("&resourceVersion=0");
        assertEquals("ADDED one 1001", all.next());
        assertEquals("ADDED two 1002", all.next());
        final Iterator<String> two = watch("&fieldSelector=metadata.name%3Dtwo");
        assertEquals("ADDED two 1002", two.next());
        server.annotate("one", "a", "b");
        server.annotate("two", "a", "b");
        assertEquals("MODIFIED two 1004", two.next());
        final Iterator<String> streamed = watch("&sendInitialEvents=true&allowWatchBookmarks=true" +
            "&resourceVersionMatch=NotOlderThan&resourceVersion=");
        assertEquals("ADDED one 1003", streamed.next());
        assertEquals("ADDED two 1004", streamed.next());
        assertEquals("BOOKMARK  1004", streamed.next());
        assertEquals(422, get(NODES + "?watch=true&sendInitialEvents=true").statusCode());
    }

    @Test
    void shouldSendBookmarksWhereTheyAreAllowed() throws Exception
    {
        final Iterator<String> with = watch("&allowWatchBookmarks=true&resourceVersion=1000");
        final Iterator<String> without = watch("&resourceVersion=1000");
        server.addNode("one");
        assertEquals("ADDED one 1001", with.next());
        server.bookmark();
        assertEquals("BOOKMARK  1001", with.next());
        server.annotate("one", "a", "b");
        assertEquals("MODIFIED one 1002", with.next());
        assertEquals("ADDED one 1001", without.next());
        assertEquals("MODIFIED one 1002", without.next());
    }

    @Test
    void shouldEndWatchesCleanlyWhenTheirTimeIsOver() throws Exception
    {
        assertFalse(watch("&resourceVersion=1000&timeoutSeconds=1").hasNext());
    }

    @Test
    void shouldEndWatchesWhosePastIsForgotten() throws Exception
    {
        server.addNode("one");
        server.addNode("two");
        server.compact();
        final Iterator<String> old = watch("&resourceVersion=1001");
        assertEquals("ERROR  410", old.next());
        assertFalse(old.hasNext());
        final Iterator<String> fresh = watch("&resourceVersion=1002");
        server.addNode("three");
        assertEquals("ADDED three 1003", fresh.next());
        server.expireWatches();
        assertEquals("ERROR  410", fresh.next());
        assertFalse(fresh.hasNext());
    }

    /** A strategic merge patch of the subresource keeps the spec and what it does not name. */
    @Test
    void shouldMergeAnnotationsAndConditions() throws Exception
    {
        server.addNode("one", Map.of("kept", "1", "gone", "2"), "10.244.1.0/24");
        final HttpResponse<String> answer = patch(NODES + "/one/status", STRATEGIC,
            "{\"metadata\":{\"annotations\":{\"new\":\"3\",\"gone\":null}},\"spec\":{\"unschedulable\":true}," +
            "\"status\":{\"conditions\":[{\"type\":\"NetworkUnavailable\",\"status\":\"False\"}]}}");
        assertEquals(200, answer.statusCode(), answer.body());
        assertTrue(answer.body().startsWith("{\"kind\":\"Node\",\"apiVersion\":\"v1\",\"metadata\":"), answer.body());
        assertEquals(Map.of("kept", "1", "new", "3"), server.annotations("one"));
        assertEquals("False", server.condition("one", "NetworkUnavailable").get("status"));
        assertEquals("True", server.condition("one", "Ready").get("status"));
        assertFalse(answer.body().contains("unschedulable"), answer.body());

        patch(NODES + "/one/status", STRATEGIC,
            "{\"status\":{\"conditions\":[{\"type\":\"NetworkUnavailable\",\"reason\":\"FlannelIsUp\"}]}}");
        assertEquals(Map.of("type", "NetworkUnavailable", "status", "False", "reason", "FlannelIsUp"),
            server.condition("one", "NetworkUnavailable"));
    }

    /** RFC 7386 replaces lists, and the object itself keeps its status. */
    @Test
    void shouldMergeWithoutKeysOfLists() throws Exception
    {
        server.addNode("one");
        patch(NODES + "/one/status", MERGE, "{\"status\":{\"conditions\":[{\"type\":\"NetworkUnavailable\"}]}}");
        assertEquals(Map.of(), server.condition("one", "Ready"));
        final String body = patch(NODES + "/one", MERGE,
            "{\"spec\":{\"unschedulable\":true},\"status\":{\"conditions\":[]}}").body();
        assertTrue(body.contains("\"unschedulable\":true"), body);
        assertEquals("NetworkUnavailable", server.condition("one", "NetworkUnavailable").get("type"));
    }

    @Test
    void shouldMakeNoVersionOfAPatchThatChangesNothing() throws Exception
    {
        server.addNode("one", Map.of("a", "b"));
        assertEquals(200,
            patch(NODES + "/one/status", STRATEGIC, "{\"metadata\":{\"annotations\":{\"a\":\"b\"}}}").statusCode());
        assertEquals(1001, server.revision());
        server.beat("one");
        assertEquals(1002, server.revision());
    }

    @Test
    void shouldRefusePatches() throws Exception
    {
        server.addNode("one", "10.244.1.0/24");
        final HttpResponse<String> unknown = patch(NODES + "/two", STRATEGIC, "{}");
        assertEquals(404, unknown.statusCode());
        assertEquals("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\"," +
            "\"message\":\"nodes \\\"two\\\" not found\",\"reason\":\"NotFound\"," +
            "\"details\":{\"name\":\"two\",\"kind\":\"nodes\"},\"code\":404}", unknown.body());
        final HttpResponse<String> stale =
            patch(NODES + "/one", MERGE, "{\"metadata\":{\"resourceVersion\":\"999\",\"labels\":{\"a\":\"b\"}}}");
        assertEquals(409, stale.statusCode());
        assertTrue(stale.body().contains("\"reason\":\"Conflict\""), stale.body());
        assertEquals(415, patch(NODES + "/one", "application/json", "{}").statusCode());
        assertEquals(415, patch(NODES + "/one", "application/json-patch+json", "[]").statusCode());
        assertEquals(400, patch(NODES + "/one", MERGE, "{").statusCode());
        assertEquals(400, patch(NODES + "/one", MERGE, "[]").statusCode());
        assertEquals(400, patch(NODES + "/one", MERGE, "{\"metadata\":{\"annotations\":{\"a\":1}}}").statusCode());
        assertEquals(400, patch(NODES + "/one", MERGE, "{\"metadata\":{\"name\":\"two\"}}").statusCode());
        final HttpResponse<String> moved =
            patch(NODES + "/one", MERGE, "{\"spec\":{\"podCIDRs\":[\"10.244.9.0/24\"]}}");
        assertEquals(422, moved.statusCode());
        assertTrue(moved.body().contains("may not change podCIDR"), moved.body());
        assertEquals(1001, server.revision(), "nothing was written");
    }

    @Test
    void shouldAnswerWhatAClientAsksFirst() throws Exception
    {
        assertTrue(get("/api").body().contains("\"versions\":[\"v1\"]"));
        assertTrue(get("/api/v1").body().contains("\"name\":\"nodes/status\""));
        assertTrue(get("/version").body().contains("gitVersion"));
        assertEquals("ok", get("/readyz").body());
        assertEquals(404, get("/openapi/v3").statusCode());
        assertEquals(404, get("/api/v1/secrets").statusCode());
        server.addPod("kube-flannel", "overlane-x", "one");
        assertTrue(get("/api/v1/namespaces/kube-flannel/pods/overlane-x").body().contains("\"nodeName\":\"one\""));
        assertEquals(404, get("/api/v1/namespaces/default/pods/overlane-x").statusCode());
        assertEquals(406, client.send(request(NODES).header("Accept", "application/vnd.kubernetes.protobuf").build(),
            BodyHandlers.ofString()).statusCode());
        assertEquals(405, client.send(request(NODES).method("PUT", BodyPublishers.ofString("{}")).build(),
            BodyHandlers.ofString()).statusCode());
    }

    @ParameterizedTest
    @CsvSource({
        "401, Unauthorized", "403, Forbidden", "409, Conflict", "410, Expired", "429, Too many requests",
        "500, InternalError", "503, ServiceUnavailable", "504, Timeout", "502, Bad Gateway"
    })
    void shouldFailAsOftenAsItIsTold(final int status, final String text) throws Exception
    {
        server.answer(2, "GET /api/v1/nodes.*", status, 3);
        assertEquals(200, get("/version").statusCode());
        for (int i = 0; i < 2; i++)
        {
            final HttpResponse<String> failure = get(NODES + "?limit=500");
            assertEquals(status, failure.statusCode());
            assertEquals("3", failure.headers().firstValue("Retry-After").orElseThrow());
            assertTrue(failure.body().contains(text), failure.body());
        }
        assertEquals(200, get(NODES).statusCode());
        assertEquals(List.of("GET /version", "GET /api/v1/nodes?limit=500", "GET /api/v1/nodes?limit=500",
            "GET /api/v1/nodes"), server.requests());
    }

    @Test
    void shouldRequireATokenForNewRequests() throws Exception
    {
        server.requireToken("secret");
        assertEquals(401, get(NODES).statusCode());
        final HttpResponse<Stream<String>> watch = client.send(
            request(NODES + "?watch=true&resourceVersion=1000").header("Authorization", "Bearer secret").build(),
            BodyHandlers.ofLines());
        server.requireToken("rotated");
        assertEquals(401, client.send(request(NODES).header("Authorization", "Bearer secret").build(),
            BodyHandlers.ofString()).statusCode());
        server.addNode("one");
        assertEquals("ADDED one 1001", shortened(watch.body().iterator().next()));
    }

    @Test
    void shouldCutConnectionsInTheMiddle() throws Exception
    {
        final Iterator<String> watch = watch("&resourceVersion=1000");
        server.addNode("one");
        assertEquals("ADDED one 1001", watch.next());
        server.cut();
        assertThrows(UncheckedIOException.class, watch::next);
        assertEquals(200, get(NODES).statusCode());
    }

    @Test
    void shouldFreezeWhatIsOpenAndWhatComes() throws Exception
    {
        final Iterator<String> watch = watch("&resourceVersion=1000");
        server.freeze();
        server.addNode("one");
        final CompletableFuture<HttpResponse<String>> late =
            client.sendAsync(request("/version").build(), BodyHandlers.ofString());
        final CompletableFuture<String> event = CompletableFuture.supplyAsync(watch::next);
        // A connection that is accepted but not read: there is no event to wait for.
        assertNull(late.completeOnTimeout(null, 200, TimeUnit.MILLISECONDS).join());
        assertFalse(event.isDone());
        server.thaw();
        assertEquals("ADDED one 1001", event.join());
        assertEquals(200, get("/version").statusCode());
    }

    @Test
    void shouldFreezeOnlyWhatIsOpen() throws Exception
    {
        final Iterator<String> old = watch("&resourceVersion=1000");
        server.freezeOpen();
        server.addNode("one");
        final CompletableFuture<String> event = CompletableFuture.supplyAsync(old::next);
        assertEquals("ADDED one 1001", watch("&resourceVersion=1000").next());
        assertFalse(event.isDone());
        server.thaw();
        assertEquals("ADDED one 1001", event.join());
    }

    @Test
    void shouldKeepItsNodesOverARestart() throws Exception
    {
        server.addNode("one", "10.244.1.0/24");
        final String url = server.url();
        server.stop();
        assertThrows(IOException.class, () -> get(NODES));
        server.listen(server.address(), null);
        assertEquals(url, server.url());
        assertTrue(get(NODES + "/one").body().contains("\"podCIDRs\":[\"10.244.1.0/24\"]"));
    }
}
