// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.kube;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** All Node objects, and what happened to them since the last compaction. Thread-safe. */
final class NodeStore
{
    /** Older changes are compacted, so that a long run does not fill the memory. */
    private static final int MAX_PAST = 20_000;

    private final TreeMap<String, NodeVersion> nodes = new TreeMap<>();
    private final List<NodeVersion> past = new ArrayList<>();
    /** Not 1, so that no test mistakes it for a count. */
    private long revision = 1000;
    /** Watches that start before it are too old. */
    private long oldest = revision;
    private int bookmarks;
    private int expirations;
    private int watches;

    /** All nodes at one revision, by name. */
    record Snapshot(List<NodeVersion> nodes, long revision)
    {
    }

    /** What a watch has to report: the changes after its revision, or that these are not known any more. */
    record Progress(List<NodeVersion> changes, long revision, long oldest, int bookmarks, int expirations)
    {
    }

    synchronized long revision()
    {
        return revision;
    }

    synchronized Snapshot snapshot()
    {
        return new Snapshot(List.copyOf(nodes.values()), revision);
    }

    synchronized @Nullable NodeVersion find(final String name)
    {
        return nodes.get(name);
    }

    NodeVersion get(final String name)
    {
        final NodeVersion node = find(name);
        if (node == null)
        {
            throw ApiFailure.ofNode(404, "NotFound", name, "nodes \"" + name + "\" not found");
        }
        return node;
    }

    /** Creates a node; it is Ready, as with a kubelet. */
    synchronized void add(final String name, final Map<String, String> annotations, final List<String> podCidrs)
    {
        if (nodes.containsKey(name))
        {
            throw ApiFailure.ofNode(409, "AlreadyExists", name, "nodes \"" + name + "\" already exists");
        }
        final String now = now();
        final Map<String, Object> metadata = ApiAnswer.object("name", name, "uid", UUID.randomUUID().toString(),
            "resourceVersion", "", "creationTimestamp", now, "labels", ApiAnswer.object(
                "kubernetes.io/arch", "amd64", "kubernetes.io/hostname", name, "kubernetes.io/os", "linux"));
        if (!annotations.isEmpty())
        {
            metadata.put("annotations", new LinkedHashMap<>(annotations));
        }
        final Map<String, Object> spec = podCidrs.isEmpty() ? Map.of() :
            ApiAnswer.object("podCIDR", podCidrs.get(0), "podCIDRs", podCidrs);
        final Map<String, Object> status = ApiAnswer.object(
            "conditions", List.of(ApiAnswer.object("type", "Ready", "status", "True", "lastHeartbeatTime", now,
                "lastTransitionTime", now, "reason", "KubeletReady", "message", "kubelet is posting ready status")),
            "addresses", List.of(ApiAnswer.object("type", "Hostname", "address", name)),
            "daemonEndpoints", Map.of("kubeletEndpoint", Map.of("Port", 10250)),
            "nodeInfo", ApiAnswer.object("operatingSystem", "linux", "architecture", "amd64",
                "kubeletVersion", "v1.33.1"));
        commit("ADDED", name, ApiAnswer.object("metadata", metadata, "spec", spec, "status", status));
    }

    private static String now()
    {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** What a kubelet writes again and again. */
    void beat(final String name)
    {
        patch(name, Map.of("status", Map.of("conditions", List.of(Map.of("type", "Ready",
            "lastHeartbeatTime", Instant.now().toString())))), true);
    }

    /** Changes any field; a patch that changes nothing makes no new version. */
    synchronized NodeVersion patch(final String name, final Map<String, Object> patch, final boolean isStrategic)
    {
        final NodeVersion old = get(name);
        return update(old, MergePatch.apply(old.content(), patch, isStrategic));
    }

    /**
     * A client's patch, which cannot change everything.
     *
     * @param isStatus for the subresource: the spec stays; otherwise the status does.
     */
    synchronized NodeVersion patchByClient(
        final String name, final Map<String, Object> patch, final boolean isStrategic, final boolean isStatus)
    {
        final NodeVersion old = get(name);
        final Map<String, Object> merged = MergePatch.apply(old.content(), patch, isStrategic);
        final Map<String, Object> metadata = MergePatch.map(merged.get("metadata"));
        if (!old.name().equals(metadata.get("name")))
        {
            throw ApiFailure.ofNode(400, "BadRequest", name, "the name of the object (" + metadata.get("name") +
                ") does not match the name on the URL (" + name + ")");
        }
        if (!Long.toString(old.revision()).equals(metadata.get("resourceVersion")))
        {
            throw ApiFailure.ofNode(409, "Conflict", name, "Operation cannot be fulfilled on nodes \"" + name +
                "\": the object has been modified; please apply your changes to the latest version and try again");
        }
        if (MergePatch.map(metadata.get("annotations")).values().stream().anyMatch(value -> !(value instanceof String)))
        {
            throw ApiFailure.ofNode(400, "BadRequest", name, "Node in version \"v1\" cannot be handled as a Node: " +
                "json: cannot unmarshal into Go struct field ObjectMeta.metadata.annotations of type string");
        }
        final String unchanged = isStatus ? "spec" : "status";
        merged.put(unchanged, MergePatch.map(old.content().get(unchanged)));
        requireSamePodCidrs(old, merged);
        return update(old, merged);
    }

    /** They can be set once. */
    private static void requireSamePodCidrs(final NodeVersion old, final Map<String, Object> merged)
    {
        final Object before = MergePatch.map(old.content().get("spec")).get("podCIDRs");
        if (before != null && !before.equals(MergePatch.map(merged.get("spec")).get("podCIDRs")))
        {
            throw ApiFailure.ofNode(422, "Invalid", old.name(), "Node \"" + old.name() + "\" is invalid: " +
                "spec.podCIDRs: Forbidden: node updates may not change podCIDR except from \"\" to valid");
        }
    }

    private NodeVersion update(final NodeVersion old, final Map<String, Object> merged)
    {
        final Map<String, Object> content = new LinkedHashMap<>(merged);
        content.keySet().removeAll(List.of("kind", "apiVersion"));
        final Map<String, Object> metadata = new LinkedHashMap<>(MergePatch.map(content.get("metadata")));
        if (MergePatch.map(metadata.get("annotations")).isEmpty())
        {
            metadata.remove("annotations");
        }
        content.put("metadata", metadata);
        return content.equals(old.content()) ? old : commit("MODIFIED", old.name(), content);
    }

    synchronized void delete(final String name)
    {
        commit("DELETED", name, get(name).content());
    }

    private NodeVersion commit(final String event, final String name, final Map<String, Object> content)
    {
        revision++;
        final Map<String, Object> metadata = new LinkedHashMap<>(MergePatch.map(content.get("metadata")));
        metadata.put("resourceVersion", Long.toString(revision));
        final Map<String, Object> stored = new LinkedHashMap<>(content);
        stored.put("metadata", metadata);
        final NodeVersion version = new NodeVersion(revision, event, name, stored, ApiAnswer.write(stored));
        if (event.equals("DELETED"))
        {
            nodes.remove(name);
        }
        else
        {
            nodes.put(name, version);
        }
        past.add(version);
        if (past.size() > MAX_PAST)
        {
            final List<NodeVersion> first = past.subList(0, MAX_PAST / 2);
            oldest = first.get(first.size() - 1).revision();
            first.clear();
        }
        notifyAll();
        return version;
    }

    synchronized void compact()
    {
        past.clear();
        oldest = revision;
    }

    synchronized void expireWatches()
    {
        expirations++;
        notifyAll();
    }

    synchronized void bookmark()
    {
        bookmarks++;
        notifyAll();
    }

    /** Counts a watch that reports each change from now on. */
    synchronized void countWatch()
    {
        watches++;
        notifyAll();
    }

    /** Waits until as many watches have begun, or until the time is over. Returns how many have begun. */
    synchronized int awaitWatches(final int count, final long waitNs) throws InterruptedException
    {
        final long startNs = System.nanoTime();
        for (long leftNs = waitNs; watches < count && leftNs > 0; leftNs = waitNs - (System.nanoTime() - startNs))
        {
            TimeUnit.NANOSECONDS.timedWait(this, leftNs);
        }
        return watches;
    }

    /** The position of a watch that begins now. */
    synchronized Progress start()
    {
        return new Progress(List.of(), revision, oldest, bookmarks, expirations);
    }

    /**
     * Waits until there is something to report.
     *
     * @param after  the revision up to which the watch has reported.
     * @param last   what was reported last.
     * @param waitMs longest time to wait.
     */
    synchronized Progress await(final long after, final Progress last, final long waitMs) throws InterruptedException
    {
        final long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
        while (revision <= after && bookmarks == last.bookmarks && expirations == last.expirations)
        {
            final long leftMs = TimeUnit.NANOSECONDS.toMillis(untilNs - System.nanoTime());
            if (leftMs <= 0)
            {
                break;
            }
            wait(leftMs);
        }
        int first = past.size();
        while (first > 0 && past.get(first - 1).revision() > after)
        {
            first--;
        }
        final List<NodeVersion> changes = List.copyOf(past.subList(first, past.size()));
        return new Progress(changes, Math.max(revision, after), oldest, bookmarks, expirations);
    }

    /** The annotations of a node. */
    Map<String, String> annotations(final String name)
    {
        final Map<String, String> annotations = new LinkedHashMap<>();
        MergePatch.map(MergePatch.map(get(name).content().get("metadata")).get("annotations"))
            .forEach((key, value) -> annotations.put(key, (String)value));
        return annotations;
    }

    /** The members of a condition of a node; empty if it has none of this type. */
    Map<String, Object> condition(final String name, final String type)
    {
        final Object conditions = MergePatch.map(get(name).content().get("status")).get("conditions");
        for (final Object condition : (List<?>)Objects.requireNonNullElse(conditions, List.of()))
        {
            if (type.equals(MergePatch.map(condition).get("type")))
            {
                return MergePatch.map(condition);
            }
        }
        return Map.of();
    }
}
