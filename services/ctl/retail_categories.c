/*
 * retail_categories.c - which category an item of the shop belongs to
 *
 * The first rules name what would otherwise be pulled elsewhere by another word ("DOORMAT FAIRY
 * CAKE" is no cake); after them come the categories from the particular to the general.
 */
#include "services/ctl/retail_categories.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

/* In the order of their codes; the last takes what no rule knows. */
const struct retail_category retail_categories[RETAIL_CATEGORIES] = {
	{"bags", "Bags and purses"},
	{"baking", "Baking and cake stands"},
	{"bath", "Bath, beauty and health"},
	{"candles", "Candles and lights"},
	{"christmas", "Christmas and Easter"},
	{"craft", "Craft and sewing"},
	{"decoration", "Hanging and shelf decorations"},
	{"garden", "Garden and flowers"},
	{"hall", "Hooks, knobs and doormats"},
	{"jewellery", "Jewellery and accessories"},
	{"kitchen", "Kitchen and pantry"},
	{"lunch", "Lunch, snacks and picnic"},
	{"party", "Parties and bunting"},
	{"stationery", "Cards, wrap and stationery"},
	{"storage", "Boxes, tins and storage"},
	{"table", "Tableware and glass"},
	{"tea", "Tea and coffee"},
	{"textiles", "Cushions, towels and textiles"},
	{"toys", "Toys and games"},
	{"walls", "Signs, clocks and frames"},
	{"warmth", "Hot water bottles and hand warmers"},
	{"other", "Everything else"},
};

/* Words are separated by spaces, words of one phrase by "_"; a word also stands for its plural in S or ES. */
static const struct rule {
	const char *category, *phrases;
} rules[] = {
	{"christmas", "CHRISTMAS XMAS ADVENT SANTA REINDEER RUDOLPH SNOWFLAKE SNOWMAN BAUBLE STOCKING "
		      "MISTLETOE NOEL NATIVITY EASTER CHICK BUNNY JINGLE_BELL SNOW_GLOBE ICICLE FESTIVE"},
	{"lunch", "LUNCH_BAG"},
	{"bags", "JUMBO_BAG JUMBO_SHOPPER RING_PURSE"},
	{"hall", "DOORMAT DOORSTOP DOOR_STOP"},
	{"craft", "FELTCRAFT FELT_CRAFT PAPER_CRAFT SEWING KNITTING"},
	{"walls", "SIGN CLOCK PICTURE_FRAME PHOTO_FRAME MEMO_BOARD BLACK_BOARD FRAME BUILDING_BLOCK_WORD"},
	{"jewellery", "RING EARRING NECKLACE BRACELET KEY_RING"},
	{"textiles", "TEA_TOWEL CUSHION APRON TABLECLOTH"},
	{"table", "EGG_CUP NAPKIN PLATE CUTLERY_SET DOILY DOILEY DOILIES PLACE_SETTING"},
	{"garden", "KNEELING_PAD GARDENERS GROW PARASOL"},
	{"bath", "LIP_GLOSS PLASTER"},
	{"stationery", "CARD_HOLDER COLOURING"},
	{"warmth", "HOT_WATER_BOTTLE HAND_WARMER HOTTIE EAR_MUFF"},
	{"lunch", "LUNCH LUNCHBOX LUNCH_BOX SNACK PICNIC SANDWICH WATER_BOTTLE DRINKING_BOTTLE "
		  "FOOD_CONTAINER BEAKER THERMOS FLASK TRAVEL_MUG MILK_BOTTLE"},
	{"bags", "BAG SHOPPER PURSE WALLET HANDBAG TOTE RUCKSACK BACKPACK UMBRELLA LUGGAGE PASSPORT "
		 "MAKEUP WASHBAG SUITCASE HOLDALL TRAVEL_CARD SHOPPING OYSTER PONCHO SOMBRERO"},
	{"craft", "CRAFT CROCHET RIBBON BUTTON PATCH STENCIL STAMP MODELLING_CLAY SKETCHBOOK KNIT "
		  "EMBROIDERY TAPE_MEASURE BEAD_KIT PAINT"},
	{"party", "BUNTING PARTY BALLOON CONFETTI STRAW STREAMER PAPER_CHAIN PIATA POPCORN CAKE_CANDLE "
		  "BIRTHDAY_CANDLE DISCO FAIRY_CAKE_CANDLE CRACKER POM-POM INVITATION PAPER_PLATE "
		  "PAPER_CUP COCKTAIL_STICK MASK"},
	{"baking", "CAKE CAKESTAND BAKING CUPCAKE COOKIE_CUTTER CUTTER JELLY_MOULD MOULD BAKE COOKIE MUFFIN "
		   "ROLLING_PIN WHISK MIXING RECIPE ICING PASTRY EGG_TIMER LOAF TART"},
	{"tea", "TEACUP TEAPOT MUG SAUCER TEA COFFEE ESPRESSO TEATIME TEASPOON SUGAR_BOWL CREAMER "
		"MILK_JUG CUP CAFETIERE SUGAR"},
	{"candles", "CANDLE T-LIGHT LANTERN LIGHT LAMP TEALIGHT CANDLESTICK CANDLEHOLDER INCENSE TORCH LED "
		    "CHANDELIER CANDELABRA CANDLEPOT VOTIVE NIGHT_LIGHT LAMPSHADE HURRICANE TLIGHT "
		    "OIL_BURNER T/LIGHT LIGHTBULB MATCHES CHOCOLATECANDLE"},
	{"toys", "TOY GAME JIGSAW PUZZLE DOLL SKITTLE DOMINO PLAYING_CARDS CHILDRENS CHILD BABY "
		 "SPINNING_TOP DINOSAUR SOLDIER ROBOT SPACEBOY YO-YO YOYO SKIPPING MARBLE BLOCK RATTLE "
		 "TEDDY BEAR KIDS CHILDREN'S WINDMILL HARMONICA GLIDER TRICYCLE SOFT_TOY PUPPET SLINKY "
		 "BINGO SNAKES LUDO CHESS KALEIDOSCOPE FLYTRAP SOLITAIRE MAGIC BUBBLES NURSERY NOUGHTS "
		 "RABBIT MAGNETIC DOLLY_GIRL GUMBALL BOUNCING PIGGY CHARLIE_LOLA CHARLIE+LOLA TATTOO "
		 "GIRLS BOYS HOPSCOTCH TRUMPET WHISTLE GLOVE MINI_CARDS HELICOPTER NAUGHTS "
		 "HEADS_AND_TAILS SANDCASTLE DOLLCRAFT PLAYHOUSE"},
	{"stationery",
	 "CARD WRAP NOTEBOOK PENCIL PEN RULER STICKER TAG JOURNAL BOOKMARK PAPER POSTCARD "
	 "CALENDAR NOTEPAD MEMO NOTELET ENVELOPE STATIONERY ERASER RUBBER PAD ADDRESS_BOOK "
	 "SHARPENER BOOK PHOTO_ALBUM ALBUM TAPE CRAYON GIFT_TAPE CHALK CALCULATOR CLIPBOARD FILE "
	 "FOLDER DIARY LETTER TISSUE_BOX WRITING SCISSOR PAPERWEIGHT"},
	{"jewellery",
	 "BROOCH NECKL CHARM BANGLE JEWEL JEWELLERY HAIRCLIP HAIR HAIRBAND PENDANT DIAMANTE TIARA "
	 "SCARF KEYRING KEY-RING KEYCHAIN SUNGLASSES PHONE_CHARM LARIAT CHOKER SLIDE PASHMINA "
	 "BEAD HEADBAND CRYSTAL COMB"},
	{"bath", "SOAP BATH TISSUE PERFUME TOOTHBRUSH SHOWER BATHROOM FLANNEL COSMETIC NAIL LOO TOILET "
		 "LAVENDER SACHET FRAGRANCE POT_POURRI POTPOURRI MANICURE MIRROR_COMPACT COMPACT SPONGE "
		 "DIFFUSER OIL BEAUTY TOWEL_RAIL DRAWER_LINER SCENTED"},
	{"textiles",
	 "TOWEL THROW BLANKET QUILT OVEN_GLOVE MITT RUG SLIPPER SOCK BEDSPREAD CURTAIN PILLOW BED "
	 "FABRIC POT_HOLDER RUNNER EYE_MASK PEG_BAG SLEEP SHAWL FLOOR_CUSHION SEAT_PAD DRAUGHT"},
	{"storage", "BOX TIN DRAWER CABINET BASKET RACK JAR ORGANISER STORAGE TIDY CHEST BIN CRATE TRUNK "
		    "HOLDER_STAND SHELF SHELVES CADDY CONTAINER CASE TRINKET BREAD_BIN CUPBOARD WARDROBE "
		    "MAGAZINE TRINKET_POT BUCKET HAMPER"},
	{"table", "BOWL CUTLERY TRAY GLASS JUG COASTER PLACEMAT DISH SPOON FORK KNIFE GOBLET TUMBLER "
		  "DECANTER PLATTER CAKE_SLICE WINE BUTTER BOTTLE PITCHER CARAFE SERVING BEER DINNER CORK "
		  "TABLE TUREEN CRUET SALT_AND_PEPPER CHOPSTICKS TABLE_MAT LADLE ICE_CREAM DESSERT SUNDAE "
		  "FLUTE COCKTAIL SALAD BISCUIT FOOD_COVER"},
	{"kitchen", "KITCHEN PANTRY JAM SCALE SPICE OVEN FRYING_PAN PAN COLANDER MEASURING TIMER EGG BREAD "
		    "HERB_CHOPPER CHOPPING FUNNEL SCOOP GRATER TOAST TOASTER SIEVE FRIDGE MAGNET COOK OPENER "
		    "CASSEROLE POT_STAND TRIVET INGREDIENT FRUIT CHOPPER SCRAPER CLEANING WASHING WASHING_UP "
		    "BRUSH LAUNDRY PEG PRESERVING HOMEMADE DUSTER DUSTPAN ICE ICE_CUBE ENAMEL MOP BROOM "
		    "LARDER NUTCRACKER SKILLET"},
	{"garden", "GARDEN PLANT WATERING HERB FLOWER_POT FLOWERPOT PLANTER SEED GARDENER GNOME BIRD_FEEDER "
		   "BIRDFEEDER FEEDER BIRDHOUSE BIRD_HOUSE DECKCHAIR TROWEL KNEELING KNEELER POTTING "
		   "SUNFLOWER FLOWER VASE ROSE TULIP DAISY ORCHID BIRD_TABLE BIRD_BATH BUTTERFLY TOADSTOOL "
		   "OUTDOOR POND INSECT BEE WILD ACAPULCO HAMMOCK PEONY THERMOMETER FERN BOTANICAL POPPY "
		   "WIND_CHIME SUMMER SHED POT LILY HYDRANGEA AGAPANTHUS FLORAL CHERRY_BLOSSOM TREE"},
	{"walls", "WALL MIRROR CHALKBOARD BLACKBOARD PICTURE MEMOBOARD NOTICEBOARD NOTICE_BOARD POSTER "
		  "PRINT PLAQUE WALL_ART BOARD PHOTO CANVAS WORD ALPHABET CORNICE SLATE MIRRORED GALLERY "
		  "BLOCK_WORD PEG_BOARD PHOTOFRAME"},
	{"hall", "HOOK HANGER KNOB DOOR DOORBELL DOOR_MAT KEY HAT_STAND COAT_RACK BELL LETTER_RACK "
		 "UMBRELLA_STAND HANDLE HAT STOOL CHAIR BENCH DESK FOLDING FURNITURE MAT COAT LADDER "
		 "ARMCHAIR BICYCLE DRAWERKNOB DOORKNOB"},
	{"decoration",
	 "DECORATION ORNAMENT HANGING WREATH GARLAND HEART BIRD ANGEL FAIRY STAR OWL DOVE HEN "
	 "COCKEREL CAT DOG ELEPHANT DUCK FROG BIRDIE DECORATIVE FEATHER MOBILE CHIME BIRDCAGE "
	 "CAGE BEADED ZINC DREAMCATCHER DECO FIGURINE STATUE CHERUB SCULPTURE FINIAL SHELL "
	 "TRELLIS BABUSHKA PIGEON GLOBE SUNCATCHER SUN_CATCHER GEM GLITTER CAT_FIGURE CRADLE "
	 "SILVER ANTIQUE VICTORIAN RUSTIC RUSSIAN CHAIN MOROCCAN COLUMN STAND URN TEA_SET ELF PIG "
	 "HORSE SQUIRREL DEER HEDGEHOG FAN GOLD CONES LADYBIRD PEARS"},
};

static bool word_byte(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("'/+-", c));
}

/* True if the text's word has the phrase's letters, or those and a plural ending where the phrase ends. */
static bool word_equal(const char *text, size_t text_length, const char *word, size_t length, bool last)
{
	size_t i;

	if (text_length < length)
		return false;
	for (i = 0; i < length; i++)
		if (toupper((unsigned char)text[i]) != word[i])
			return false;
	if (text_length == length)
		return true;
	text += length;
	text_length -= length;
	return last && ((text_length == 1 && toupper((unsigned char)text[0]) == 'S') ||
			(text_length == 2 && toupper((unsigned char)text[0]) == 'E' &&
			 toupper((unsigned char)text[1]) == 'S'));
}

/* True if the phrase's words stand here one after another. */
static bool phrase_here(const char *text, const char *phrase, size_t length)
{
	const char *end = phrase + length, *under;
	size_t n;

	while (phrase < end) {
		under = memchr(phrase, '_', (size_t)(end - phrase));
		if (!under)
			under = end;
		while (*text && !word_byte(*text))
			text++;
		for (n = 0; word_byte(text[n]); n++)
			;
		if (!n || !word_equal(text, n, phrase, (size_t)(under - phrase), under == end))
			return false;
		text += n;
		phrase = under + 1;
	}
	return true;
}

static bool phrase_in(const char *text, const char *phrase, size_t length)
{
	while (*text) {
		while (*text && !word_byte(*text))
			text++;
		if (*text && phrase_here(text, phrase, length))
			return true;
		while (word_byte(*text))
			text++;
	}
	return false;
}

static bool rule_matches(const struct rule *r, const char *description)
{
	const char *p = r->phrases;
	size_t n;

	for (; *p; p += n + (p[n] == ' ')) {
		n = strcspn(p, " ");
		if (phrase_in(description, p, n))
			return true;
	}
	return false;
}

int retail_category_find(const char *code)
{
	int i;

	for (i = 0; i < RETAIL_CATEGORIES; i++)
		if (strcmp(retail_categories[i].code, code) == 0)
			return i;
	return -1;
}

int retail_category_of(const char *description)
{
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rule_matches(&rules[i], description))
			return retail_category_find(rules[i].category);
	return RETAIL_OTHER;
}
