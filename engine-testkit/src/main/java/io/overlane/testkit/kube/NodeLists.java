// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.kube;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers lists of nodes. The pages of one list show all nodes at the same revision. */
final class NodeLists
{
    private final NodeStore store;

    /** What follows a page, by the token in it. */
    private final Map<String, NodeStore.Snapshot> rests = new HashMap<>();

    private long tokens;

    NodeLists(final NodeStore store)
    {
        this.store = store;
    }

    /** Forgets the pages that nobody has asked for yet. */
    synchronized void compact()
    {
        rests.clear();
    }

    /** @param onlyName the name of the only node that is listed; empty for all. */
    ApiAnswer list(final ApiRequest request, final String onlyName)
    {
        final String limit = request.parameter("limit");
        final String token = request.parameter("continue");
        final NodeStore.Snapshot snapshot = token.isEmpty() ? first(request) : rest(token);
        final List<NodeVersion> nodes = onlyName.isEmpty() ? snapshot.nodes() :
            snapshot.nodes().stream().filter(node -> node.name().equals(onlyName)).toList();
        final int count = limit.isEmpty() || Integer.parseInt(limit) == 0 ? nodes.size() :
            Math.min(nodes.size(), Integer.parseInt(limit));
        return ApiAnswer.ok(page(nodes.subList(0, count), snapshot.revision(),
            new ArrayList<>(nodes.subList(count, nodes.size()))));
    }

    private NodeStore.Snapshot first(final ApiRequest request)
    {
        final String version = request.parameter("resourceVersion");
        final String match = request.parameter("resourceVersionMatch");
        final NodeStore.Snapshot snapshot = store.snapshot();
        if (version.isEmpty() && !match.isEmpty())
        {
            throw new ApiFailure(400, "BadRequest", "resourceVersionMatch: Forbidden: resourceVersionMatch is " +
                "forbidden unless resourceVersion is provided");
        }
        final long wanted = version.isEmpty() ? 0 : Long.parseUnsignedLong(version);
        if (wanted > snapshot.revision())
        {
            throw new ApiFailure(504, "Timeout",
                "Too large resource version: " + wanted + ", current: " + snapshot.revision());
        }
        final boolean isExact = match.equals("Exact") ||
            match.isEmpty() && wanted != 0 && !request.parameter("limit").isEmpty();
        // A real server may still have the old state; it may also have compacted it.
        if (isExact && wanted != snapshot.revision())
        {
            throw ApiFailure.expired(wanted, snapshot.revision());
        }
        return snapshot;
    }

    private synchronized NodeStore.Snapshot rest(final String token)
    {
        final NodeStore.Snapshot rest = rests.get(token);
        if (rest == null)
        {
            throw new ApiFailure(410, "Expired", "The provided continue parameter is too old to display a consistent " +
                "list result. You can start a new list without the continue parameter.");
        }
        return rest;
    }

    private String page(final List<NodeVersion> nodes, final long revision, final List<NodeVersion> rest)
    {
        final StringBuilder page = new StringBuilder("{\"kind\":\"NodeList\",\"apiVersion\":\"v1\",\"metadata\":");
        final Map<String, Object> metadata = ApiAnswer.object("resourceVersion", Long.toString(revision));
        final String token = token(rest, revision);
        if (token != null)
        {
            metadata.put("continue", token);
            metadata.put("remainingItemCount", rest.size());
        }
        page.append(ApiAnswer.write(metadata)).append(",\"items\":[");
        String separator = "";
        for (final NodeVersion node : nodes)
        {
            page.append(separator).append(node.item());
            separator = ",";
        }
        return page.append("]}\n").toString();
    }

    private synchronized @Nullable String token(final List<NodeVersion> rest, final long revision)
    {
        if (rest.isEmpty())
        {
            return null;
        }
        final String token = "page" + tokens++;
        rests.put(token, new NodeStore.Snapshot(rest, revision));
        return token;
    }
}
