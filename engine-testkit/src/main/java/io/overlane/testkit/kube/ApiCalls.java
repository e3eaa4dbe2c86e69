// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.kube;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What each path of the API server does. */
final class ApiCalls
{
    private static final Pattern NODE = Pattern.compile("/api/v1/nodes/([^/]+)(/status)?");
    private static final Pattern POD = Pattern.compile("/api/v1/namespaces/([^/]+)/pods/([^/]+)");

    /** {@code kubectl -w} watches one node by its name; a comma would join two conditions. */
    private static final Pattern BY_NAME = Pattern.compile("metadata\\.name==?([^,]+)");

    private static final String DISCOVERY = ApiAnswer.write(ApiAnswer.object(
        "kind", "APIResourceList", "groupVersion", "v1", "resources", List.of(
            resource("nodes", false, "Node", List.of("no"), "delete", "get", "list", "patch", "watch"),
            resource("nodes/status", false, "Node", List.of(), "get", "patch"),
            resource("pods", true, "Pod", List.of("po"), "get"))));

    private final NodeStore store;
    private final NodeLists lists;

    /** Names of nodes by "NAMESPACE/POD". */
    private final Map<String, String> pods = new ConcurrentHashMap<>();

    ApiCalls(final NodeStore store)
    {
        this.store = store;
        lists = new NodeLists(store);
    }

    private static Map<String, Object> resource(final String name, final boolean isNamespaced, final String kind,
        final List<String> shortNames, final String... verbs)
    {
        return ApiAnswer.object("name", name, "singularName", name.contains("/") ? "" : name.replaceFirst("s$", ""),
            "namespaced", isNamespaced, "kind", kind, "verbs", List.of(verbs), "shortNames", shortNames);
    }

    void addPod(final String namespace, final String name, final String nodeName)
    {
        pods.put(namespace + "/" + name, nodeName);
    }

    void compact()
    {
        store.compact();
        lists.compact();
    }

    /** Answers a request on its connection; of a watch, this is all it reports. */
    void answer(final ApiRequest request, final ApiConnection connection) throws IOException, InterruptedException
    {
        final String onlyName;
        try
        {
            onlyName = onlyName(request);
            if (!isWatch(request))
            {
                connection.write(answer(request, onlyName));
                return;
            }
            requireWatchable(request);
        }
        catch (final ApiFailure ex)
        {
            connection.write(ex.answer());
            return;
        }
        catch (final ClassCastException | NumberFormatException ex)
        {
            connection.write(new ApiFailure(400, "BadRequest", String.valueOf(ex.getMessage())).answer());
            return;
        }
        new WatchStream(store, connection, request, onlyName).run();
    }

    private static boolean isWatch(final ApiRequest request)
    {
        return request.method().equals("GET") && request.path().equals("/api/v1/nodes") && request.isSet("watch");
    }

    private static void requireWatchable(final ApiRequest request)
    {
        requireJson(request);
        final String version = request.parameter("resourceVersion");
        if (!version.isEmpty())
        {
            Long.parseUnsignedLong(version);
        }
        if (request.isSet("sendInitialEvents") &&
            !(request.isSet("allowWatchBookmarks") &&
                request.parameter("resourceVersionMatch").equals("NotOlderThan")))
        {
            throw new ApiFailure(422, "Invalid", "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: " +
                "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan, and " +
                "allowWatchBookmarks");
        }
    }

    /** Tables, which {@code kubectl} prefers, and Protocol Buffers are not offered. */
    private static void requireJson(final ApiRequest request)
    {
        for (final String type : request.headers().getOrDefault("accept", "*/*").split(","))
        {
            final String name = type.strip();
            if (!name.contains("as=") && (name.startsWith(ApiAnswer.JSON_TYPE) || name.startsWith("*/*") ||
                name.startsWith("application/*")))
            {
                return;
            }
        }
        throw new ApiFailure(406, "NotAcceptable",
            "only the following media types are accepted: " + ApiAnswer.JSON_TYPE);
    }

    private static String onlyName(final ApiRequest request)
    {
        final String selector = request.parameter("fieldSelector");
        final Matcher byName = BY_NAME.matcher(selector);
        if (!selector.isEmpty() && !byName.matches() || !request.parameter("labelSelector").isEmpty())
        {
            throw new ApiFailure(400, "BadRequest",
                "this test server selects by fieldSelector=metadata.name=NAME only");
        }
        return selector.isEmpty() ? "" : byName.group(1);
    }

    private ApiAnswer answer(final ApiRequest request, final String onlyName)
    {
        final Matcher node = NODE.matcher(request.path());
        final Matcher pod = POD.matcher(request.path());
        if (node.matches())
        {
            requireJson(request);
            return node(request, node.group(1), node.group(2) != null);
        }
        if (!request.method().equals("GET"))
        {
            throw notAllowed();
        }
        if (pod.matches())
        {
            return pod(pod.group(1), pod.group(2));
        }
        return switch (request.path())
        {
            case "/api/v1/nodes" ->
            {
                requireJson(request);
                yield lists.list(request, onlyName);
            }
            case "/api/v1" -> ApiAnswer.ok(DISCOVERY);
            case "/api" -> ApiAnswer.ok("{\"kind\":\"APIVersions\",\"versions\":[\"v1\"]," +
                "\"serverAddressByClientCIDRs\":[]}");
            case "/apis" -> ApiAnswer.ok("{\"kind\":\"APIGroupList\",\"apiVersion\":\"v1\",\"groups\":[]}");
            case "/version" -> ApiAnswer.ok("{\"major\":\"1\",\"minor\":\"33\",\"gitVersion\":\"v1.33.1\"," +
                "\"platform\":\"linux/amd64\"}");
            case "/healthz", "/livez", "/readyz" -> ApiAnswer.text(200, "ok");
            default ->
            {
                if (request.path().startsWith("/api/v1/"))
                {
                    throw new ApiFailure(404, "NotFound", "the server could not find the requested resource");
                }
                yield ApiAnswer.text(404, "404 page not found\n");
            }
        };
    }

    private static ApiFailure notAllowed()
    {
        return new ApiFailure(405, "MethodNotAllowed",
            "the server does not allow this method on the requested resource");
    }

    private ApiAnswer node(final ApiRequest request, final String name, final boolean isStatus)
    {
        switch (request.method())
        {
            case "GET":
                return ApiAnswer.ok(store.get(name).json());

            case "PATCH":
                final String type = request.header("content-type").replaceFirst(";.*", "").strip();
                final boolean isStrategic = type.equals("application/strategic-merge-patch+json");
                if (!isStrategic && !type.equals("application/merge-patch+json"))
                {
                    throw new ApiFailure(415, "UnsupportedMediaType", "the body of the request was in an unknown " +
                        "format - accepted media types include: application/merge-patch+json, " +
                        "application/strategic-merge-patch+json");
                }
                return ApiAnswer.ok(
                    store.patchByClient(name, ApiAnswer.parse(request.body()), isStrategic, isStatus).json());

            case "DELETE":
                if (!isStatus)
                {
                    store.delete(name);
                    return ApiAnswer.ok("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{}," +
                        "\"status\":\"Success\",\"details\":{\"name\":\"" + name + "\",\"kind\":\"nodes\"}}");
                }
                throw notAllowed();

            default:
                throw notAllowed();
        }
    }

    private ApiAnswer pod(final String namespace, final String name)
    {
        final String nodeName = pods.get(namespace + "/" + name);
        if (nodeName == null)
        {
            throw new ApiFailure(404, "NotFound", "pods \"" + name + "\" not found");
        }
        return ApiAnswer.ok(ApiAnswer.write(ApiAnswer.object("kind", "Pod", "apiVersion", "v1",
            "metadata", ApiAnswer.object("name", name, "namespace", namespace),
            "spec", ApiAnswer.object("nodeName", nodeName), "status", ApiAnswer.object("phase", "Running"))));
    }
}
