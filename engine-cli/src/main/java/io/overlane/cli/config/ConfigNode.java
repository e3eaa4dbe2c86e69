// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** A mapping, a list or a text in a configuration file. */
public final class ConfigNode
{
    private final String file;
    private final Node node;
    private final Place place;

    private ConfigNode(final String file, final Node node, final Place place)
    {
        this.file = file;
        this.node = node;
        this.place = place;
    }

    /**
     * @param path of a text file.
     * @return its text.
     * @throws IOException              if it cannot be read.
     * @throws IllegalArgumentException if it is not text in UTF-8; the message names the file.
     */
    public static String readText(final Path path) throws IOException
    {
        try
        {
            return Files.readString(path);
        }
        catch (final CharacterCodingException ex)
        {
            throw new IllegalArgumentException(path + ": not text in UTF-8", ex);
        }
        catch (final FileSystemException ex)
        {
            throw ex;
        }
        catch (final IOException ex)
        {
            throw new IOException(path + ": " + ex.getMessage(), ex);
        }
    }

    /**
     * @param file name in messages.
     * @param text a YAML document.
     * @return its root.
     * @throws IllegalArgumentException if it is not such a document; the message has file and line.
     */
    public static ConfigNode parse(final String file, final String text)
    {
        try
        {
            final LoadSettings settings = LoadSettings.builder().build();
            final Optional<Node> root = new Composer(
                settings, new ParserImpl(settings, new StreamReader(settings, text))).getSingleNode();
            if (root.isEmpty())
            {
                throw new Place(file, 1).problem("the file is empty");
            }
            return of(file, root.get());
        }
        catch (final MarkedYamlEngineException ex)
        {
            final String problem = ex.getProblem() == null ? "not YAML" : "not YAML: " + ex.getProblem();
            throw place(file, ex.getProblemMark()).problem(problem.strip().replaceAll("\\s*\\R\\s*", " "));
        }
        catch (final YamlEngineException ex)
        {
            throw new Place(file, 1).problem(
                "not YAML: " + String.valueOf(ex.getMessage()).strip().replaceAll("\\s*\\R\\s*", " "));
        }
        catch (final StackOverflowError ex)
        {
            // The parser is recursive.
            throw new Place(file, 1).problem("nested too deeply");
        }
    }

    public Place place()
    {
        return place;
    }

    /** @return true for a mapping. */
    public boolean isMap()
    {
        return node instanceof MappingNode;
    }

    /** @return true for a list. */
    public boolean isList()
    {
        return node instanceof SequenceNode;
    }

    /**
     * @return the values by key, in order.
     * @throws IllegalArgumentException if this is not a mapping, or a key is given twice.
     */
    public Map<String, ConfigNode> members()
    {
        if (!(node instanceof MappingNode mapping))
        {
            throw place.problem("expected 'key: value' lines here");
        }
        final Map<String, ConfigNode> members = new LinkedHashMap<>();
        for (final NodeTuple tuple : mapping.getValue())
        {
            final ConfigNode key = of(file, tuple.getKeyNode());
            // The line of the key, as its value may begin further down.
            if (members.put(key.text(), new ConfigNode(file, tuple.getValueNode(), key.place)) != null)
            {
                throw key.place.problem("'" + key.text() + "' is given twice");
            }
        }
        return members;
    }

    /**
     * @return the elements of a list, or a single text as the only element.
     * @throws IllegalArgumentException if this is a mapping.
     */
    public List<ConfigNode> elements()
    {
        if (node instanceof SequenceNode sequence)
        {
            final List<ConfigNode> elements = new ArrayList<>();
            sequence.getValue().forEach(element -> elements.add(of(file, element)));
            return elements;
        }
        if (isMap())
        {
            throw place.problem("expected a list here, '- …' for each");
        }
        return List.of(this);
    }

    /**
     * @return the text, without YAML's conversion to other types.
     * @throws IllegalArgumentException if it is a mapping, a list or empty.
     */
    public String text()
    {
        if (!(node instanceof ScalarNode scalar))
        {
            throw place.problem("expected one value here, not a " + (isMap() ? "mapping" : "list"));
        }
        if (scalar.getValue().isEmpty())
        {
            throw place.problem("the value is missing");
        }
        return scalar.getValue();
    }

    private static ConfigNode of(final String file, final Node node)
    {
        return new ConfigNode(file, node, place(file, node.getStartMark()));
    }

    private static Place place(final String file, final Optional<Mark> mark)
    {
        return new Place(file, mark.map(Mark::getLine).orElse(0) + 1);
    }
}
