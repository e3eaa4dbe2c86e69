// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import io.netty.channel.Channel;
import io.netty.util.Version;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Says in one sentence that the class path has another Netty than 4.2, before a missing class or field does. */
final class NettyVersion
{
    private static final String NEEDED = "4.2.";
    private static final String NEW_IN_4_2 = "io.netty.channel.IoEventLoopGroup";
    private static final List<String> ARTIFACTS = List.of(
        "netty-buffer",
        "netty-common",
        "netty-transport",
        "netty-transport-classes-epoll",
        "netty-transport-native-unix-common");

    private static @Nullable String complaint;
    private static boolean isChecked;

    private NettyVersion()
    {
    }

    /** @return null; an argument of a channel's super constructor can be checked before its class needs Netty 4.2. */
    static @Nullable Channel noParent()
    {
        final String found = complaint();
        if (found != null)
        {
            throw new IllegalStateException(found);
        }
        return null;
    }

    /** @return one line for the developer; null if all is well. */
    static synchronized @Nullable String complaint()
    {
        if (!isChecked)
        {
            final Map<String, String> versions = new TreeMap<>();
            Version.identify(NettyVersion.class.getClassLoader())
                .forEach((artifact, version) -> versions.put(artifact, version.artifactVersion()));
            complaint = complaint(versions, hasNewClass());
            isChecked = true;
        }
        return complaint;
    }

    /**
     * @param versions    of the artifacts that say it; a jar made of several may say nothing.
     * @param hasNewClass whether a class that is new in 4.2 is there.
     */
    static @Nullable String complaint(final Map<String, String> versions, final boolean hasNewClass)
    {
        for (final String artifact : ARTIFACTS)
        {
            final String version = versions.get(artifact);
            if (version != null && !version.startsWith(NEEDED))
            {
                return complaint(artifact + " " + version);
            }
        }
        return hasNewClass ? null : complaint("an older version");
    }

    private static String complaint(final String found)
    {
        return "engine-netty needs Netty 4.2; the class path has " + found +
            ": give all io.netty artifacts the same 4.2 version, for example by importing netty-bom";
    }

    private static boolean hasNewClass()
    {
        try
        {
            Class.forName(NEW_IN_4_2, false, NettyVersion.class.getClassLoader());
            return true;
        }
        catch (final ClassNotFoundException ex)
        {
            return false;
        }
    }
}
