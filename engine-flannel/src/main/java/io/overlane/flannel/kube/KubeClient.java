// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import io.overlane.flannel.http.HttpFailure;
import io.overlane.flannel.http.HttpRequest;
import io.overlane.flannel.http.HttpStream;
import io.overlane.flannel.json.JsonBuilder;
import io.overlane.flannel.json.JsonException;
import io.overlane.flannel.json.JsonObject;
import io.overlane.flannel.lease.RegistryException.Kind;
import io.overlane.flannel.lease.RegistryException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The API server over HTTP. Permissions needed: get pods, only to find the node's name; get, list and watch nodes;
 * patch nodes/status.
 */
public final class KubeClient implements KubeNodes
{
    private static final String NODES = "/api/v1/nodes";
    private static final String STRATEGIC_MERGE = "application/strategic-merge-patch+json";

    /** Nodes in one part of a list; with some ten kilobytes each, a part has a few megabytes. */
    private static final int PAGE = 250;

    /** Lists that took so long that the server discarded their revision are begun again. */
    private static final int LIST_ATTEMPTS = 3;

    /** The server merges anew itself if somebody writes the same node at the same moment, and gives up after some. */
    private static final int PATCH_ATTEMPTS = 3;

    /** Names of objects, RFC 1123. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");

    private final KubeHttp http;
    private final NodeReader reader;
    private final Map<String, String> environment;
    private final RandomGenerator random;
    private volatile @Nullable String name;

    /** The own node's uid as each of the watches saw it last. */
    private final Map<Boolean, String> uids = new ConcurrentHashMap<>();

    /**
     * @param annotations whose names tell which annotations to keep.
     * @param environment of the process, with the name of the node or of this pod.
     */
    public KubeClient(
        final KubeAccess access,
        final NodeAnnotations annotations,
        final Map<String, String> environment,
        final RandomGenerator random)
    {
        this(access, KubeTimes.DEFAULT, annotations, environment, random);
    }

    KubeClient(
        final KubeAccess access,
        final KubeTimes times,
        final NodeAnnotations annotations,
        final Map<String, String> environment,
        final RandomGenerator random)
    {
        this.http = new KubeHttp(access, times, new KubePace(random, System::nanoTime));
        this.reader = new NodeReader(annotations::isOurs);
        this.environment = environment;
        this.random = random;
    }

    /** As flanneld finds it: NODE_NAME, else the node of the pod POD_NAME in POD_NAMESPACE. */
    @Override
    public String ownName()
    {
        final String known = name;
        if (known != null)
        {
            return known;
        }
        final String given = environment.getOrDefault("NODE_NAME", "");
        final String found = given.isEmpty() ? nodeOfPod() : required("NODE_NAME", given);
        name = found;
        return found;
    }

    private String nodeOfPod()
    {
        final String pod = environment.getOrDefault("POD_NAME", "");
        final String namespace = environment.getOrDefault("POD_NAMESPACE", "");
        if (pod.isEmpty() || namespace.isEmpty())
        {
            throw new RegistryException(Kind.REFUSED, "the name of this node is unknown: " +
                "set the variable NODE_NAME, or POD_NAME and POD_NAMESPACE");
        }
        final String path = "/api/v1/namespaces/" + required("POD_NAMESPACE", namespace) + "/pods/" +
            required("POD_NAME", pod);
        final String what = "get pod " + namespace + "/" + pod;
        final String node;
        try
        {
            node = JsonObject.parse(http.send(what, HttpRequest.of("GET", path))).object("spec").text("nodeName", "");
        }
        catch (final JsonException ex)
        {
            throw new RegistryException(Kind.MALFORMED, "API server: " + what + ": " + ex.getMessage(), ex);
        }
        if (node.isEmpty())
        {
            throw new RegistryException(Kind.NOT_FOUND, "pod " + namespace + "/" + pod + " has no node yet");
        }
        return required("the node of pod " + pod, node);
    }

    private static String required(final String what, final String text)
    {
        if (!NAME.matcher(text).matches())
        {
            throw new RegistryException(Kind.REFUSED, what + "=" + HttpFailure.oneLine(text) +
                ": not the name of an object (lower-case letters, digits, '-' and '.')");
        }
        return text;
    }

    @Override
    public Node own()
    {
        final String own = ownName();
        try
        {
            return reader.node(http.send("get node " + own, HttpRequest.of("GET", NODES + "/" + own)));
        }
        catch (final RegistryException ex)
        {
            throw ex.kind() == Kind.NOT_FOUND ?
                new RegistryException(Kind.NOT_FOUND, "there is no node " + own, ex) : ex;
        }
    }

    @Override
    public Node annotate(final Map<String, String> annotations)
    {
        final JsonBuilder patch = new JsonBuilder().begin().begin("metadata").begin("annotations");
        annotations.forEach(patch::text);
        return patchStatus("annotate", patch.end().end().end());
    }

    @Override
    public void setNetworkAvailable()
    {
        final String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        final JsonBuilder condition = new JsonBuilder().begin()
            .text("type", "NetworkUnavailable")
            .text("status", "False")
            .text("reason", "FlannelIsUp")
            .text("message", "Flannel is running on this node")
            .text("lastTransitionTime", now)
            .text("lastHeartbeatTime", now)
            .end();
        patchStatus("set the condition NetworkUnavailable of",
            new JsonBuilder().begin().begin("status").raw("conditions", "[" + condition + "]").end().end());
    }

    private Node patchStatus(final String what, final JsonBuilder patch)
    {
        final HttpRequest request = HttpRequest.of("PATCH", NODES + "/" + ownName() + "/status")
            .withBody(STRATEGIC_MERGE, patch.toString());
        for (int attempt = 1; true; attempt++)
        {
            try
            {
                return reader.node(http.send(what + " node " + ownName(), request));
            }
            catch (final RegistryException ex)
            {
                if (ex.kind() != Kind.CONFLICT)
                {
                    throw ex;
                }
                if (attempt == PATCH_ATTEMPTS)
                {
                    throw new RegistryException(Kind.UNREACHABLE, String.valueOf(ex.getMessage()), ex);
                }
            }
        }
    }

    @Override
    public Snapshot list(final boolean ownOnly)
    {
        for (int attempt = 1; true; attempt++)
        {
            try
            {
                return listOnce(ownOnly);
            }
            catch (final RegistryException ex)
            {
                if (ex.kind() != Kind.COMPACTED || attempt == LIST_ATTEMPTS)
                {
                    throw ex;
                }
            }
        }
    }

    private Snapshot listOnce(final boolean ownOnly)
    {
        final List<Node> nodes = new ArrayList<>();
        NodeReader.Page page = page(ownOnly, PAGE, "");
        final long revision = page.revision();
        nodes.addAll(page.nodes());
        while (!page.more().isEmpty())
        {
            page = page(ownOnly, PAGE, page.more());
            nodes.addAll(page.nodes());
        }
        return new Snapshot(nodes, revision);
    }

    private NodeReader.Page page(final boolean ownOnly, final int limit, final String more)
    {
        return reader.page(http.send(
            "list nodes", HttpRequest.of("GET", NODES + "?limit=" + limit + selector(ownOnly) +
                (more.isEmpty() ? "" : "&continue=" + URLEncoder.encode(more, StandardCharsets.UTF_8)))));
    }

    private String selector(final boolean ownOnly)
    {
        return ownOnly ? "&fieldSelector=metadata.name%3D" + ownName() : "";
    }

    @Override
    public Changes watch(final boolean ownOnly, final long revision)
    {
        return new NodeChanges(this, reader, http, ownOnly, revision);
    }

    /** @return the stream of a watch. */
    HttpStream open(final boolean ownOnly, final long revision, final HttpStream.LineFilter filter)
    {
        final long least = http.times().watch().toSeconds();
        return http.open("watch nodes", HttpRequest.of("GET", NODES + "?watch=true&allowWatchBookmarks=true" +
            "&resourceVersion=" + revision + "&timeoutSeconds=" + (least + random.nextLong(least + 1)) +
            selector(ownOnly)), filter);
    }

    /**
     * Fail with {@code COMPACTED} if the server's store is not the one in which a watch saw a revision, or was restored
     * from a backup: a watch of it would be silent, or would miss changes.
     */
    void requireSameStore(final boolean ownOnly, final long revision)
    {
        final NodeReader.Page page = page(true, 1, "");
        if (page.revision() < revision)
        {
            throw new RegistryException(Kind.COMPACTED, "the API server is at revision " + page.revision() +
                ", before " + revision + " which was seen already");
        }
        final String uid = page.nodes().isEmpty() ? "" : page.nodes().get(0).uid();
        final String before = uids.put(ownOnly, uid);
        if (before != null && !before.equals(uid))
        {
            throw new RegistryException(Kind.COMPACTED, "node " + ownName() + " was created anew");
        }
    }
}
