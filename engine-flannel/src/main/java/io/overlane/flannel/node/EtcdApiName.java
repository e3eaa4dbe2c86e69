// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import io.overlane.flannel.etcd.EtcdApi;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A version of etcd's interface: {@code v2} or {@code v3}. */
final class EtcdApiName implements ITypeConverter<EtcdApi>
{
    @Override
    public EtcdApi convert(final String value)
    {
        return switch (value.toLowerCase(Locale.ROOT))
        {
            case "v2" -> EtcdApi.V2;
            case "v3" -> EtcdApi.V3;
            default -> throw new TypeConversionException("'" + value + "' is neither v2 nor v3");
        };
    }
}
