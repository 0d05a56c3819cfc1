-- Roles and databases of the fleet, one role for Temporal's two databases and one for the catalog. Safe to run again.
\getenv temporal_password TEMPORAL_PASSWORD
\getenv longtake_password LONGTAKE_PASSWORD

select format('create role %I login', name)
from unnest(array['temporal', 'longtake']) as name
where not exists (select from pg_roles where rolname = name) \gexec

alter role temporal login nosuperuser nocreatedb nocreaterole password :'temporal_password';
alter role longtake login nosuperuser nocreatedb nocreaterole password :'longtake_password';

select format('create database %I owner %I', name, owner)
from (values ('temporal', 'temporal'), ('temporal_visibility', 'temporal'), ('longtake', 'longtake')) as wanted (name, owner)
where not exists (select from pg_database where datname = name) \gexec

-- A role that is stolen opens its own databases only.
revoke connect, temporary on database temporal, temporal_visibility, longtake from public;
