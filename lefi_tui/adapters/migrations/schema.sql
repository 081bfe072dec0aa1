BEGIN IMMEDIATE;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE account (
	name VARCHAR NOT NULL,
	currency VARCHAR NOT NULL,
	cash VARCHAR NOT NULL,
	mode VARCHAR NOT NULL,
	venue VARCHAR NOT NULL,
	sizing VARCHAR NOT NULL,
	maker VARCHAR NOT NULL,
	taker VARCHAR NOT NULL,
	slippage VARCHAR NOT NULL,
	created_ns INTEGER NOT NULL,
	PRIMARY KEY (name)
);
CREATE TABLE bot (
	name VARCHAR NOT NULL,
	type VARCHAR NOT NULL,
	version VARCHAR NOT NULL,
	default_settings VARCHAR NOT NULL,
	created_ns INTEGER NOT NULL,
	updated_ns INTEGER NOT NULL,
	PRIMARY KEY (name, type)
);
CREATE TABLE journal (
	seq INTEGER NOT NULL,
	n INTEGER NOT NULL,
	kind VARCHAR NOT NULL,
	type VARCHAR NOT NULL,
	version INTEGER NOT NULL,
	body VARCHAR NOT NULL,
	at_ns INTEGER NOT NULL,
	hash VARCHAR NOT NULL,
	PRIMARY KEY (seq)
);
CREATE INDEX ix_journal_n ON journal (n);
CREATE TABLE "order" (
	id VARCHAR NOT NULL,
	trade VARCHAR,
	account VARCHAR NOT NULL,
	mode VARCHAR NOT NULL,
	owner VARCHAR NOT NULL,
	run VARCHAR NOT NULL,
	site INTEGER NOT NULL,
	leg VARCHAR NOT NULL,
	order_group VARCHAR NOT NULL,
	symbol VARCHAR NOT NULL,
	side VARCHAR NOT NULL,
	kind VARCHAR NOT NULL,
	size_kind VARCHAR NOT NULL,
	size_value VARCHAR NOT NULL,
	price VARCHAR,
	quantity VARCHAR,
	filled VARCHAR NOT NULL,
	remaining VARCHAR,
	average VARCHAR,
	cost VARCHAR NOT NULL,
	fee VARCHAR NOT NULL,
	status VARCHAR NOT NULL,
	venue_order_id VARCHAR NOT NULL,
	reason VARCHAR NOT NULL,
	created_ns INTEGER NOT NULL,
	updated_ns INTEGER NOT NULL,
	PRIMARY KEY (id)
);
CREATE INDEX ix_order_status ON "order" (status);
CREATE INDEX ix_order_trade ON "order" (trade);
CREATE TABLE schedule (
	bot VARCHAR NOT NULL,
	handler INTEGER NOT NULL,
	spec VARCHAR NOT NULL,
	zone VARCHAR NOT NULL,
	is_active BOOLEAN NOT NULL,
	last_ns INTEGER,
	late_ms INTEGER,
	PRIMARY KEY (bot, handler)
);
CREATE TABLE script (
	title VARCHAR NOT NULL,
	version VARCHAR NOT NULL,
	created_ns INTEGER NOT NULL,
	updated_ns INTEGER NOT NULL,
	PRIMARY KEY (title)
);
CREATE TABLE script_version (
	version VARCHAR NOT NULL,
	title VARCHAR NOT NULL,
	source VARCHAR NOT NULL,
	created_ns INTEGER NOT NULL,
	PRIMARY KEY (version)
);
CREATE TABLE snapshot (
	n INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	hash VARCHAR NOT NULL,
	tape_n INTEGER NOT NULL,
	body VARCHAR NOT NULL,
	PRIMARY KEY (n)
);
CREATE TABLE subscription (
	id VARCHAR NOT NULL,
	bot VARCHAR NOT NULL,
	type VARCHAR NOT NULL,
	title VARCHAR NOT NULL,
	account VARCHAR NOT NULL,
	run_type VARCHAR NOT NULL,
	status VARCHAR NOT NULL,
	settings VARCHAR NOT NULL,
	script_version VARCHAR NOT NULL,
	reason VARCHAR NOT NULL,
	start_ns INTEGER NOT NULL,
	end_ns INTEGER,
	updated_ns INTEGER NOT NULL,
	PRIMARY KEY (id)
);
CREATE INDEX ix_subscription_bot ON subscription (bot);
CREATE TABLE tape (
	n INTEGER NOT NULL,
	prev_n INTEGER NOT NULL,
	type VARCHAR NOT NULL,
	version INTEGER NOT NULL,
	body VARCHAR NOT NULL,
	PRIMARY KEY (n)
);
CREATE TABLE trade (
	id VARCHAR NOT NULL,
	subscription VARCHAR,
	account VARCHAR NOT NULL,
	symbol VARCHAR NOT NULL,
	owner VARCHAR NOT NULL,
	side VARCHAR NOT NULL,
	is_open BOOLEAN NOT NULL,
	units VARCHAR NOT NULL,
	entry VARCHAR NOT NULL,
	stop_loss VARCHAR,
	take_profit VARCHAR,
	created_ns INTEGER NOT NULL,
	updated_ns INTEGER NOT NULL,
	closed_ns INTEGER,
	PRIMARY KEY (id)
);
CREATE INDEX trade_open ON trade (account, symbol, owner, is_open);
CREATE TABLE exchange_setting (
	account VARCHAR NOT NULL,
	exchange VARCHAR NOT NULL,
	key_reference VARCHAR NOT NULL,
	options VARCHAR NOT NULL,
	created_ns INTEGER NOT NULL,
	updated_ns INTEGER NOT NULL,
	PRIMARY KEY (account),
	FOREIGN KEY(account) REFERENCES account (name)
);
CREATE VIEW audit AS
SELECT seq, n, at_ns, kind, type,
       coalesce(json_extract(body, '$.by'), json_extract(body, '$.owner'),
                json_extract(body, '$.bot'), '') AS who,
       coalesce(json_extract(body, '$.text'), json_extract(body, '$.reason'),
                json_extract(body, '$.cause'), '') AS why,
       body, hash
FROM journal;
CREATE TRIGGER script_version_immutable BEFORE UPDATE ON script_version
BEGIN SELECT raise(ABORT, 'a script version is immutable'); END;
CREATE TABLE equity_sample (
	n INTEGER NOT NULL,
	account VARCHAR NOT NULL,
	at_ns INTEGER NOT NULL,
	equity VARCHAR NOT NULL,
	free VARCHAR NOT NULL,
	prices VARCHAR NOT NULL,
	PRIMARY KEY (n)
);
CREATE TABLE funding (
	n INTEGER NOT NULL,
	account VARCHAR NOT NULL,
	symbol VARCHAR NOT NULL,
	amount VARCHAR NOT NULL,
	at_ns INTEGER NOT NULL,
	PRIMARY KEY (n)
);
CREATE TABLE fill (
	n INTEGER NOT NULL,
	owner VARCHAR NOT NULL,
	account VARCHAR NOT NULL,
	"order" VARCHAR NOT NULL,
	trade_id VARCHAR NOT NULL,
	trade VARCHAR,
	symbol VARCHAR NOT NULL,
	side VARCHAR NOT NULL,
	price VARCHAR NOT NULL,
	quantity VARCHAR NOT NULL,
	fee VARCHAR NOT NULL,
	liquidity VARCHAR NOT NULL,
	reason VARCHAR NOT NULL,
	at_ns INTEGER NOT NULL,
	PRIMARY KEY (n, owner),
	UNIQUE (account, "order", trade_id)
);
CREATE INDEX ix_fill_order ON fill ("order");
CREATE TABLE approval (
	id VARCHAR NOT NULL,
	bot VARCHAR NOT NULL,
	title VARCHAR NOT NULL,
	why VARCHAR NOT NULL,
	role VARCHAR NOT NULL,
	orders VARCHAR NOT NULL,
	asked_by VARCHAR NOT NULL,
	asked_ns INTEGER NOT NULL,
	deadline_ns INTEGER NOT NULL,
	status VARCHAR NOT NULL,
	answered_by VARCHAR NOT NULL,
	answer_role VARCHAR NOT NULL,
	reason VARCHAR NOT NULL,
	outcome VARCHAR NOT NULL,
	over_ns INTEGER,
	PRIMARY KEY (id)
);
CREATE INDEX ix_approval_bot ON approval (bot);
CREATE TABLE cash_flow (
	id VARCHAR NOT NULL,
	bot VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	amount VARCHAR NOT NULL,
	unit VARCHAR NOT NULL,
	rate VARCHAR NOT NULL,
	present VARCHAR NOT NULL,
	due_ms INTEGER NOT NULL,
	planned_ns INTEGER NOT NULL,
	settled_ns INTEGER,
	settled_by VARCHAR NOT NULL,
	PRIMARY KEY (id)
);
CREATE INDEX ix_cash_flow_bot ON cash_flow (bot);
CREATE TABLE game (
	n INTEGER NOT NULL,
	bot VARCHAR NOT NULL,
	game INTEGER NOT NULL,
	subscription VARCHAR NOT NULL,
	account VARCHAR NOT NULL,
	symbol VARCHAR NOT NULL,
	side VARCHAR NOT NULL,
	result VARCHAR NOT NULL,
	"plan" VARCHAR NOT NULL,
	units VARCHAR NOT NULL,
	entry VARCHAR NOT NULL,
	exit VARCHAR NOT NULL,
	net VARCHAR NOT NULL,
	fees VARCHAR NOT NULL,
	planned_fees VARCHAR NOT NULL,
	margin VARCHAR NOT NULL,
	ended_by VARCHAR NOT NULL,
	began_ns INTEGER NOT NULL,
	ended_ns INTEGER NOT NULL,
	pressed_ns INTEGER NOT NULL,
	sent_ns INTEGER NOT NULL,
	accepted_ns INTEGER NOT NULL,
	filled_ns INTEGER NOT NULL,
	exit_sent_ns INTEGER NOT NULL,
	exit_accepted_ns INTEGER NOT NULL,
	PRIMARY KEY (n, bot, game)
);
CREATE INDEX ix_game_subscription ON game (subscription);
INSERT INTO alembic_version (version_num) VALUES ('0005');
COMMIT;
