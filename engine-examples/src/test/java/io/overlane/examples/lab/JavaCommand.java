// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The JVM that runs the tests, started once more. */
final class JavaCommand
{
    private JavaCommand()
    {
    }

    static List<String> of(final List<String> options, final String what, final List<String> arguments)
    {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add(what);
        command.addAll(arguments);
        return command;
    }
}
