// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import java.nio.file.Path;
import java.util.List;

/** An example of the packaged jar, started as a user does: without a JVM flag. */
public final class JarExample
{
    private JarExample()
    {
    }

    /**
     * @param example   with a {@code main}.
     * @param arguments of it.
     * @return program and arguments.
     */
    public static List<String> command(final Class<?> example, final String... arguments)
    {
        final Path jar = Path.of(System.getProperty("overlane.it.jar", "target/engine-examples.jar")).toAbsolutePath();
        return JavaCommand.of(List.of("-cp", jar.toString()), example.getName(), List.of(arguments));
    }
}
