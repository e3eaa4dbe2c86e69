// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import io.overlane.flannel.registry.Registry;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** The versions of etcd's interface. Each has a store of its own, even in one server. */
public enum EtcdApi
{
    /** For flannel up to 0.17; needs etcd up to 3.5 with {@code --enable-v2}. */
    V2(EtcdV2Registry::new),

    /** For flannel from 0.18 on; needs etcd 3.4 or later. */
    V3(EtcdV3Registry::new);

    private final BiFunction<EtcdOptions, Consumer<String>, Registry> opener;

    EtcdApi(final BiFunction<EtcdOptions, Consumer<String>, Registry> opener)
    {
        this.opener = opener;
    }

    /**
     * @return the registry with the leases stored there.
     * @throws IllegalArgumentException if a TLS file cannot be used; one line that names it.
     */
    public Registry open(final EtcdOptions options, final Consumer<String> notices)
    {
        return opener.apply(options, notices);
    }
}
