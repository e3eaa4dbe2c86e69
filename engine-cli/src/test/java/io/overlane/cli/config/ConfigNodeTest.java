// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** YAML with everything taken as text and every part knowing its line. */
class ConfigNodeTest
{
    @Test
    void shouldTakeEverythingAsText()
    {
        final Map<String, ConfigNode> members = ConfigNode.parse("f", """
            mac: 02:00:00:00:00:01
            vni: 042
            word: yes
            quoted: "a # b"
            list: [1, two]
            """).members();
        assertEquals("02:00:00:00:00:01", members.get("mac").text());
        assertEquals("042", members.get("vni").text());
        assertEquals("yes", members.get("word").text());
        assertEquals("a # b", members.get("quoted").text());
        assertEquals(List.of("1", "two"), members.get("list").elements().stream().map(ConfigNode::text).toList());
        assertEquals(1, members.get("word").elements().size());
        assertEquals(new Place("f", 5), members.get("list").place());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        a: 1\\nb: [1         | f:2: not YAML
        a: 1\\na: 2          | f:2: 'a' is given twice
        - a                  | f:1: expected 'key: value' lines here
        \\n\\n               | f:1: the file is empty
        a: 1\\n---\\nb: 2    | f:2: not YAML
        a: 1\\n\\tb: 2       | f:2: not YAML
        a: *none             | f:1: not YAML
        """)
    void shouldNameTheLine(final String text, final String message)
    {
        final IllegalArgumentException ex = assertThrows(
            IllegalArgumentException.class,
            () -> ConfigNode.parse("f", text.replace("\\n", "\n").replace("\\t", "\t")).members());
        assertTrue(ex.getMessage().startsWith(message), ex.getMessage());
        assertEquals(1, ex.getMessage().lines().count());
    }

    @Test
    void shouldNameWhatIsNoFile(@TempDir final Path directory)
    {
        final IOException ex = assertThrows(IOException.class, () -> ConfigNode.readText(directory));
        assertEquals(directory + ": Is a directory", ex.getMessage());
    }

    @Test
    void shouldSayWhatIsExpected()
    {
        final Map<String, ConfigNode> members = ConfigNode.parse("f", "a:\nb: {c: 1}\nd: [1]\n").members();
        assertEquals("f:1: the value is missing", why(() -> members.get("a").text()));
        assertEquals("f:2: expected one value here, not a mapping", why(() -> members.get("b").text()));
        assertEquals("f:2: expected a list here, '- …' for each", why(() -> members.get("b").elements()));
        assertEquals("f:3: expected one value here, not a list", why(() -> members.get("d").text()));
    }

    @Test
    void shouldNotBeBlownUpByAliases(@TempDir final Path directory) throws Exception
    {
        final StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
        for (int i = 1; i < 60; i++)
        {
            bomb.append("a" + i + ": &a" + i + " [*a" + (i - 1) + ", *a" + (i - 1) + "]\n");
        }
        assertTrue(why(() -> ConfigNode.parse("bomb.yaml", bomb.toString())).contains("not YAML"));
        final Path binary = Files.write(directory.resolve("binary.yaml"), new byte[]{(byte)0xFF, 0, 1});
        assertEquals(binary + ": not text in UTF-8", why(() -> ConfigNode.readText(binary)));
    }

    @Test
    void shouldGuessWhatWasMeant()
    {
        final List<String> known = List.of("neighbors", "peers", "vni");
        assertEquals(" (did you mean neighbors?)", Suggestion.of("neigbours", known));
        assertEquals(" (did you mean peers?)", Suggestion.of("peer", known));
        assertEquals(" (did you mean vni?)", Suggestion.of("vin", known));
        assertEquals(" (there are neighbors, peers, vni)", Suggestion.of("colour", known));
        assertEquals(0, Suggestion.distance("", ""));
        assertEquals(3, Suggestion.distance("", "abc"));
        assertEquals(1, Suggestion.distance("ab", "ba"));
    }

    private static String why(final Executable code)
    {
        return assertThrows(IllegalArgumentException.class, code).getMessage();
    }
}
