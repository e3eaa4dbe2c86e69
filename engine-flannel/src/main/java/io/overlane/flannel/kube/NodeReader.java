// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.overlane.flannel.http.HttpFailure;
import io.overlane.flannel.json.JsonException;
import io.overlane.flannel.json.JsonObject;
import io.overlane.flannel.kube.KubeNodes.Change;
import io.overlane.flannel.kube.KubeNodes.ChangeKind;
import io.overlane.flannel.kube.KubeNodes.Node;
import io.overlane.flannel.lease.RegistryException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads Node objects and keeps only what a network needs of each: a node has some ten kilobytes, mostly names of
 * container images and owners of fields, and a cluster has thousands of nodes, each of which is written every few
 * minutes.
 */
final class NodeReader
{
    private static final JsonFactory FACTORY =
        JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();

    private final Predicate<String> annotations;

    /** @param annotations true for names of annotations to keep. */
    NodeReader(final Predicate<String> annotations)
    {
        this.annotations = annotations;
    }

    /**
     * A part of a list.
     *
     * @param nodes    of the part.
     * @param revision of the whole list.
     * @param more     by which the next part is requested; empty after the last.
     */
    record Page(List<Node> nodes, long revision, String more)
    {
    }

    /** Reads a value with a parser that stands before it. */
    @FunctionalInterface
    private interface Reading<T>
    {
        T read(JsonParser parser) throws IOException;
    }

    /** Makes a parser. */
    @FunctionalInterface
    private interface Opening
    {
        JsonParser open() throws IOException;
    }

    /**
     * @param json a Node object.
     * @return the node.
     * @throws RegistryException of kind {@code MALFORMED}.
     */
    Node node(final String json)
    {
        return read("node", () -> FACTORY.createParser(json), parser ->
        {
            requireObject(parser);
            return node(parser, false).toNode();
        });
    }

    /**
     * @param json a NodeList object.
     * @return its nodes.
     * @throws RegistryException of kind {@code MALFORMED}.
     */
    Page page(final String json)
    {
        return read("list of nodes", () -> FACTORY.createParser(json), parser ->
        {
            requireObject(parser);
            final List<Node> nodes = new ArrayList<>();
            final Fields list = new Fields();
            while (parser.nextToken() == JsonToken.FIELD_NAME)
            {
                final String name = parser.currentName();
                final JsonToken value = parser.nextToken();
                if (name.equals("metadata") && value == JsonToken.START_OBJECT)
                {
                    metadata(parser, list);
                }
                else if (name.equals("items") && value == JsonToken.START_ARRAY)
                {
                    while (parser.nextToken() == JsonToken.START_OBJECT)
                    {
                        nodes.add(node(parser, false).toNode());
                    }
                }
                else
                {
                    parser.skipChildren();
                }
            }
            return new Page(nodes, list.revision, list.more);
        });
    }

    /**
     * @param json an event of a watch.
     * @return the change.
     * @throws RegistryException of kind {@code MALFORMED}; for the event ERROR, of the kind of its status.
     */
    Change change(final String json)
    {
        final byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return change(bytes, bytes.length);
    }

    /** As {@link #change(String)}, with an event in UTF-8. */
    Change change(final byte[] json, final int length)
    {
        return read("event of a watch", () -> FACTORY.createParser(json, 0, length), parser ->
            change(parser, () -> new String(json, 0, length, StandardCharsets.UTF_8)));
    }

    /** What follows the node's spec is not read if the type stands before the object. */
    private Change change(final JsonParser parser, final Supplier<String> json) throws IOException
    {
        requireObject(parser);
        String type = "";
        Fields node = new Fields();
        while (parser.nextToken() == JsonToken.FIELD_NAME)
        {
            final String name = parser.currentName();
            final JsonToken value = parser.nextToken();
            if (name.equals("type"))
            {
                type = parser.getText();
            }
            else if (name.equals("object") && value == JsonToken.START_OBJECT && !type.equals("ERROR"))
            {
                node = node(parser, !type.isEmpty());
                if (node.isCut)
                {
                    break;
                }
            }
            else
            {
                parser.skipChildren();
            }
        }
        return switch (type)
        {
            case "ADDED", "MODIFIED" -> new Change(ChangeKind.PRESENT, node.toNode());
            case "DELETED" -> new Change(ChangeKind.DELETED, node.toNode());
            case "BOOKMARK" -> new Change(ChangeKind.BOOKMARK, node.toNode());
            case "ERROR" -> throw KubeStatus.of(JsonObject.parse(json.get()).object("object")).failure("watch ended");
            default -> throw new IOException("unknown type '" + type + "'");
        };
    }

    /** The parser stands at the node's start and is left at its end; with {@code cut} perhaps behind its spec. */
    private Fields node(final JsonParser parser, final boolean cut) throws IOException
    {
        final Fields node = new Fields();
        boolean hasMetadata = false;
        boolean hasSpec = false;
        while (parser.nextToken() == JsonToken.FIELD_NAME)
        {
            if (cut && hasMetadata && hasSpec)
            {
                node.isCut = true;
                break;
            }
            final String name = parser.currentName();
            final JsonToken value = parser.nextToken();
            if (name.equals("metadata") && value == JsonToken.START_OBJECT)
            {
                hasMetadata = true;
                metadata(parser, node);
            }
            else if (name.equals("spec") && value == JsonToken.START_OBJECT)
            {
                hasSpec = true;
                spec(parser, node);
            }
            else
            {
                parser.skipChildren();
            }
        }
        return node;
    }

    private void metadata(final JsonParser parser, final Fields fields) throws IOException
    {
        while (parser.nextToken() == JsonToken.FIELD_NAME)
        {
            final String name = parser.currentName();
            final JsonToken value = parser.nextToken();
            if (value == JsonToken.VALUE_STRING)
            {
                switch (name)
                {
                    case "name" -> fields.name = parser.getText();
                    case "uid" -> fields.uid = parser.getText();
                    case "continue" -> fields.more = parser.getText();
                    case "resourceVersion" -> fields.revision = revision(parser.getText());
                    default ->
                    {
                        // Of no use here.
                    }
                }
            }
            else if (name.equals("annotations") && value == JsonToken.START_OBJECT)
            {
                annotations(parser, fields);
            }
            else
            {
                parser.skipChildren();
            }
        }
    }

    private static long revision(final String text) throws IOException
    {
        try
        {
            return text.isEmpty() ? 0 : Long.parseLong(text);
        }
        catch (final NumberFormatException ex)
        {
            throw new IOException("resourceVersion '" + text + "' is not a number", ex);
        }
    }

    private void annotations(final JsonParser parser, final Fields fields) throws IOException
    {
        while (parser.nextToken() == JsonToken.FIELD_NAME)
        {
            final String name = parser.currentName();
            if (parser.nextToken() == JsonToken.VALUE_STRING && annotations.test(name))
            {
                fields.annotations.put(name, parser.getText());
            }
            else
            {
                parser.skipChildren();
            }
        }
    }

    private static void spec(final JsonParser parser, final Fields fields) throws IOException
    {
        while (parser.nextToken() == JsonToken.FIELD_NAME)
        {
            final String name = parser.currentName();
            final JsonToken value = parser.nextToken();
            if (name.equals("podCIDR") && value == JsonToken.VALUE_STRING)
            {
                fields.podCidr = parser.getText();
            }
            else if (name.equals("podCIDRs") && value == JsonToken.START_ARRAY)
            {
                while (parser.nextToken() == JsonToken.VALUE_STRING)
                {
                    fields.podCidrs.add(parser.getText());
                }
            }
            else
            {
                parser.skipChildren();
            }
        }
    }

    private static void requireObject(final JsonParser parser) throws IOException
    {
        if (parser.nextToken() != JsonToken.START_OBJECT)
        {
            throw new IOException("not a JSON object");
        }
    }

    private static <T> T read(final String what, final Opening opening, final Reading<T> reading)
    {
        try (JsonParser parser = opening.open())
        {
            return reading.read(parser);
        }
        catch (final IOException ex)
        {
            throw malformed(
                what, ex instanceof JsonProcessingException wrong ? wrong.getOriginalMessage() : ex.getMessage(), ex);
        }
        catch (final JsonException ex)
        {
            // From the status in an event ERROR.
            throw malformed(what, ex.getMessage(), ex);
        }
    }

    private static RegistryException malformed(final String what, final @Nullable String why, final Exception cause)
    {
        return new RegistryException(
            RegistryException.Kind.MALFORMED, "API server: not a " + what + ": " + HttpFailure.oneLine(why), cause);
    }

    /** What was read of an object. */
    private static final class Fields
    {
        private String name = "";
        private String uid = "";
        private String more = "";
        private String podCidr = "";
        private long revision;
        private final Map<String, String> annotations = new HashMap<>();
        private final List<String> podCidrs = new ArrayList<>();

        /** True if the object was not read to its end. */
        private boolean isCut;

        Node toNode()
        {
            return new Node(
                name, uid, annotations, podCidrs.isEmpty() && !podCidr.isEmpty() ? List.of(podCidr) : podCidrs,
                revision);
        }
    }
}
