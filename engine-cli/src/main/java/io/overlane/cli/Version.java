// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli;

import picocli.CommandLine.IVersionProvider;

/** Prints the version in the jar's manifest, and the version of the JVM. */
public final class Version implements IVersionProvider
{
    @Override
    public String[] getVersion()
    {
        final String version = Version.class.getPackage().getImplementationVersion();
        return new String[]{
            "overlane " + (version == null ? "(not packaged)" : version) +
                ", Java " + System.getProperty("java.version")};
    }
}
