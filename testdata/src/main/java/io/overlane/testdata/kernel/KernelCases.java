// SPDX-License-Identifier: Apache-2.0
package io.overlane.testdata.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The recordings, read from the resources {@code /kernel}. */
public final class KernelCases
{
    private static final String FOLDER = "/kernel/";

    private KernelCases()
    {
    }

    /** @return all cases, in the order of the recordings. */
    public static List<KernelCase> all()
    {
        try (InputStream text = open("cases.txt"))
        {
            return parse(new String(text.readAllBytes(), StandardCharsets.UTF_8));
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    public static KernelCase named(final String name)
    {
        return all().stream().filter(kernel -> kernel.name().equals(name)).findFirst().orElseThrow();
    }

    /** @return its bytes; the caller closes it. */
    public static InputStream open(final String file)
    {
        final InputStream stream = KernelCases.class.getResourceAsStream(FOLDER + file);
        if (stream == null)
        {
            throw new IllegalArgumentException("no such recording: " + file);
        }
        return stream;
    }

    static List<KernelCase> parse(final String text)
    {
        final List<KernelCase> cases = new ArrayList<>();
        final Set<String> names = new HashSet<>();
        String section = "";
        Map<String, List<String>> lines = new LinkedHashMap<>();
        for (final String line : text.lines().toList())
        {
            if (line.startsWith("["))
            {
                section = line.substring(1, line.length() - 1);
            }
            else if (line.startsWith("case "))
            {
                lines = new LinkedHashMap<>();
                cases.add(new KernelCase(section, line.substring("case ".length()), lines));
                if (!names.add(line))
                {
                    throw new IllegalStateException("two cases have one name: " + line);
                }
            }
            else if (!line.isEmpty() && !line.startsWith("#"))
            {
                final int blank = line.indexOf(' ');
                lines.computeIfAbsent(blank < 0 ? line : line.substring(0, blank), word -> new ArrayList<>())
                    .add(blank < 0 ? "" : line.substring(blank + 1));
            }
        }
        return cases;
    }
}
